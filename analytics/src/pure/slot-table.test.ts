import fc from "fast-check";
import { expect, test } from "vitest";
import { SlotTable } from "./slot-table.ts";

const SCHEMA = { small: "u8", at: "sec", counts: "i64", flow: "f32", ring: ["f32", 3], sum: "f64" } as const;

test("a slot keeps what was written to it while the table grows and its neighbours change", () => {
  const table = new SlotTable(SCHEMA, 1);
  for (let slot = 0; slot < 100; slot++) {
    table.ensure(slot + 1);
    table.view.slot = slot;
    Object.assign(table.view, { small: slot, at: slot * 5000, flow: slot / 2, sum: slot / 3 });
    table.ring("ring").set(2, slot);
  }
  table.view.slot = 41;
  expect({ ...table.view }).toMatchObject({ small: 41, at: 205_000, flow: 20.5, sum: 41 / 3 });
  expect([0, 1, 2].map((i) => table.ring("ring").get(i))).toEqual([0, 0, 41]);
});

test("slots travel as columns in the order of the schema, and as they lie in memory", () => {
  const table = new SlotTable(SCHEMA, 2);
  for (const slot of [0, 1]) {
    table.view.slot = slot;
    Object.assign(table.view, { small: 7 + slot, countsLow: 5, countsHigh: -1 - slot, sum: 0.1 });
  }
  const columns = table.toBytes(2);
  expect([...columns.subarray(0, 2)]).toEqual([7, 8]);
  expect(columns).toHaveLength(2 * table.packedBytes);
  const [fromColumns, fromImage] = [new SlotTable(SCHEMA, 1), new SlotTable(SCHEMA, 1)];
  fromColumns.fromBytes(columns, 2);
  fromImage.fromImage(table.image(2), 2);
  expect(fromColumns.image(2)).toEqual(table.image(2));
  expect(fromImage.toBytes(2)).toEqual(columns);
  expect(() => fromImage.fromImage(columns.subarray(1), 2)).toThrow(RangeError);
});

test("the halves of a count are those of the same 64 bits", () => {
  const table = new SlotTable({ counts: "i64" } as const, 1);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (counts) => {
      table.fromBytes(new Uint8Array(BigInt64Array.of(counts).buffer), 1);
      const { countsHigh, countsLow } = table.view;
      expect(BigInt(countsHigh) * 2n ** 32n + BigInt(countsLow)).toBe(counts);
    }),
    { seed: 1 },
  );
});
