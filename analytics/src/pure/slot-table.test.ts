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

test("slots travel as they lie in memory, and one alone as columns in the order of the schema", () => {
  const table = new SlotTable(SCHEMA, 2);
  for (const slot of [0, 1]) {
    table.view.slot = slot;
    Object.assign(table.view, { small: 7 + slot, countsLow: 5, countsHigh: -1 - slot, sum: 0.1 });
  }
  const [copy, one] = [new SlotTable(SCHEMA, 1), new SlotTable(SCHEMA, 1)];
  copy.ensure(2);
  for (const slot of [0, 1]) copy.putSlot(slot, table.image(2), slot);
  expect(copy.image(2)).toEqual(table.image(2));
  copy.clearFirst(2);
  expect(copy.image(2).every((byte) => byte === 0)).toBe(true);
  one.unpackSlot(0, table.packSlot(1));
  expect(one.image(1)).toEqual(table.image(2).subarray(table.bytesPerSlot));
  expect(table.packSlot(1)[0]).toBe(8);
});

test("numbers in two bytes keep their steps and stay within what they can hold", () => {
  const table = new SlotTable(
    { score: "q8", mean: "q12", hours: "u16", cells: ["u8", 3], starts: ["sec", 2] } as const,
    2,
  );
  table.view.slot = 1;
  Object.assign(table.view, { score: 16.5, mean: 5.25, hours: 40_000 });
  table.ring("cells").set(2, 200);
  table.ring("starts").set(1, 1_700_000_000_000);
  expect({ ...table.view }).toEqual({ slot: 1, score: 16.5, mean: 5.25, hours: 40_000 });
  expect([table.ring("cells").get(2), table.ring("starts").get(1)]).toEqual([200, 1_700_000_000_000]);
  Object.assign(table.view, { score: 1000, mean: -1, hours: 70_000 });
  expect({ ...table.view }).toMatchObject({ score: 65_535 / 256, mean: 0, hours: 65_535 });
  table.view.slot = 0;
  expect({ ...table.view }).toMatchObject({ score: 0, mean: 0, hours: 0 });
});

test("the halves of a count are those of the same 64 bits", () => {
  const table = new SlotTable({ counts: "i64" } as const, 1);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (counts) => {
      table.unpackSlot(0, new Uint8Array(BigInt64Array.of(counts).buffer));
      const { countsHigh, countsLow } = table.view;
      expect(BigInt(countsHigh) * 2n ** 32n + BigInt(countsLow)).toBe(counts);
    }),
    { seed: 1 },
  );
});
