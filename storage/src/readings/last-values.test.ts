import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import type { LastValue } from "../ports.ts";
import { missingRow, registerRow } from "../testing/reading-samples.ts";
import { advanceLastValue, lastValuesOf } from "./last-values.ts";
import { columnsFrom } from "./reading-columns.ts";

const lastOf = (...rows: ReturnType<typeof registerRow>[]) =>
  lastValuesOf(columnsFrom(rows), () => undefined).get("M-1");

test("a late reading does not become the last value", () => {
  expect(lastOf(registerRow("M-1", 5, 9n), registerRow("M-1", 4, 8n))).toMatchObject({ readAtMs: 5, counts: 9n });
});

test("a late value still tells when the channel last had one, behind newer gaps", () => {
  const last = lastOf(registerRow("M-1", 1, 1n), missingRow("M-1", 9), registerRow("M-1", 4, 4n));
  expect(last).toMatchObject({ readAtMs: 9, quality: 2, counts: null, lastValueAtMs: 4 });
});

test("a value fills the gap of its own instant", () => {
  expect(lastOf(missingRow("M-1", 9), registerRow("M-1", 9, 4n))).toMatchObject({ quality: 0, counts: 4n });
});

test("the last values of many readings at once are those of one reading after the other", () => {
  const anyRow = record({
    channel: constantFrom("A", "B"),
    readAtMs: integer({ min: 1, max: 6 }),
    kind: integer({ min: 0, max: 2 }),
  }).map(({ channel, readAtMs, kind }) =>
    kind === 0 ? missingRow(channel, readAtMs) : registerRow(channel, readAtMs, BigInt(readAtMs)),
  );
  const isSame = property(array(anyRow), array(anyRow), (before, rows) => {
    const known = lastValuesOf(columnsFrom(before), () => undefined);
    const oneByOne = new Map<string, LastValue>(known);
    for (const row of rows) oneByOne.set(row.channel, advanceLastValue(oneByOne.get(row.channel), row));
    const atOnce = lastValuesOf(columnsFrom(rows), (channel) => known.get(channel));
    expect(new Map([...known, ...atOnce])).toEqual(oneByOne);
  });
  assert(isSame, { seed: 7, numRuns: 500 });
});
