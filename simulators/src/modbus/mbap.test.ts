import fc from "fast-check";
import { expect, test } from "vitest";
import { exceptionFrame, MbapParser, wordsFrame } from "./mbap.ts";

// Transaction 7, unit 3: FC3, address 3014, 4 registers.
const READ = Buffer.from("00070000000603030bc60004", "hex");

function parsed(chunks: readonly Buffer[]) {
  const parser = new MbapParser();
  return chunks.flatMap((chunk) => parser.push(chunk) ?? []);
}

test("requests come out whole however the stream is cut", () => {
  const stream = Buffer.concat([READ, READ, READ]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      const chunks = at.slice(1).map((end, i) => stream.subarray(at[i], end));
      expect(parsed(chunks).map((r) => [r.transactionId, r.unitId, r.functionCode, r.data.toString("hex")])).toEqual(
        Array.from({ length: 3 }, () => [7, 3, 3, "0bc60004"]),
      );
    }),
    { seed: 9 },
  );
});

test("a stream that is not Modbus TCP is told apart", () => {
  expect(new MbapParser().push(Buffer.from("GET / HTTP/1.1\r\n"))).toBeUndefined();
});

test("answers carry the transaction and unit of their request", () => {
  const [request] = parsed([READ]);
  if (request === undefined) throw new Error("no request");
  expect(wordsFrame(request, Uint16Array.of(0x40fe, 0x240c)).toString("hex")).toBe("00070000000703030440fe240c");
  expect(exceptionFrame(request, 2).toString("hex")).toBe("000700000003038302");
});
