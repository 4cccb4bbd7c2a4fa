import type { ProbedBlock } from "@nightflow/domain";
import { expect, it } from "vitest";
import { decodedRows } from "./probe-decodings.ts";

const found: ProbedBlock = {
  ...{ mode: "read", unitId: 1, read: { functionCode: 3, from: 0, to: 3 }, refused: [], fault: null, leftOut: 0 },
  ...{ orders: null, matches: [], isDoubtful: false, addressBase: null },
  runs: [{ from: 0, words: "0005 0000 1234 0000" }],
  decodings: [
    { address: 0, type: "uint16", order: "ABCD", value: 5 },
    { address: 0, type: "int16", order: "ABCD", value: 5 },
    { address: 1, type: "uint16", order: "ABCD", value: 0 },
    { address: 2, type: "uint32", order: "CDAB", value: 4660, scale: 1 },
    { address: 2, type: "float32", order: "ABCD", value: 5e-28, isOdd: true },
  ],
};

it("what fits the dial stands first; zeros and signed twins are not told, odd numbers only where wanted", () => {
  const rows = decodedRows(found, false);
  expect(rows.map(({ address, word, isFitting }) => [address, word, isFitting])).toEqual([
    [2, "1234", true],
    [0, "0005", false],
  ]);
  expect(rows.map(({ columns }) => [...columns.keys()])).toEqual([["CDAB"], ["narrow"]]);
  expect(rows[1]?.columns.get("narrow")).toHaveLength(1);
  expect([...(decodedRows(found, true)[0]?.columns.keys() ?? [])]).toEqual(["CDAB", "ABCD"]);
});
