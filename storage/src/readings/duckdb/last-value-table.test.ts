import fc from "fast-check";
import { expect, test } from "vitest";
import type { LastValue } from "../../ports.ts";
import { advanceLastValue } from "../last-values.ts";
import { columnsFrom, type ReadingRow } from "../reading-columns.ts";
import { LastValueTable } from "./last-value-table.ts";

const rows = fc.array(
  fc
    .record({
      channel: fc.constantFrom("A:forward_total", "B:forward_total", "C:flow"),
      readAtMs: fc.integer({ min: 0, max: 6 }).map((step) => step * 900_000),
      number: fc.integer({ min: 0, max: 1000 }),
      quality: fc.integer({ min: 0, max: 2 }),
      flags: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ channel, readAtMs, number, quality, flags }): ReadingRow => {
      const isRegister = channel !== "C:flow";
      const counts = isRegister && quality !== 2 ? BigInt(number) : null;
      const gauge = isRegister || quality === 2 ? null : number / 8;
      return { channel, readAtMs, isRegister, counts, gauge, quality, flags, origin: 0 };
    }),
  { maxLength: 30 },
);

test("any readings in any order leave the last value that one reading after the other leaves", () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 4 }), (commits) => {
      const ids: string[] = [];
      const table = new LastValueTable();
      const expected = new Map<string, LastValue>();
      for (const commit of commits) {
        for (const { channel } of commit) if (!ids.includes(channel)) ids.push(channel);
        const { channels, ...columns } = columnsFrom(commit);
        const channelNos = columns.channelNos.map((no) => ids.indexOf(channels[no] ?? ""));
        table.take({ ...columns, channelNos }, ids.length);
        for (const row of commit) expected.set(row.channel, advanceLastValue(expected.get(row.channel), row));
      }
      expect(ids.map((id, no) => table.get(no, id))).toEqual(ids.map((id) => expected.get(id)));
      expect([...table.columns(ids).readAtMs]).toEqual(ids.map((id) => expected.get(id)?.readAtMs));
    }),
  );
});

test("a channel without readings has no last value and stands in no column", () => {
  const table = new LastValueTable();
  const { channels: _, ...columns } = columnsFrom([
    { channel: "B", readAtMs: 5, isRegister: true, counts: 7n, gauge: null, quality: 0, flags: 0, origin: 0 },
  ]);
  table.take({ ...columns, channelNos: Int32Array.of(1) }, 2);
  expect(table.get(0, "A")).toBeUndefined();
  expect(table.columns(["A", "B"]).channels).toEqual(["B"]);
  expect(table.get(1, "B")?.counts).toBe(7n);
});
