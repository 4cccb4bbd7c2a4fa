import { expect, test } from "vitest";
import { gaugeRow, missingRow, registerRow } from "../testing/reading-samples.ts";
import {
  columnsFrom,
  concatColumns,
  emptyColumns,
  pickRows,
  readingAt,
  rowsOf,
  setRow,
  sliceColumns,
  transferablesOf,
} from "./reading-columns.ts";

const ROWS = [
  registerRow("M-1", 1, 2n ** 60n, { flags: 2 ** 31, origin: 1 }),
  gaugeRow("M-2", 2, 1.5, { quality: 1 }),
  missingRow("M-1", 3, 7),
  registerRow("M-3", 4, -5n),
];

test("rows become columns and come back as they were", () => {
  const columns = columnsFrom(ROWS);
  expect(columns.channels).toEqual(["M-1", "M-2", "M-3"]);
  expect(rowsOf(columns)).toEqual(ROWS);
  expect(() => readingAt(columns, 4)).toThrow(RangeError);
});

test("a missing reading carries no number, even when one is given", () => {
  const columns = columnsFrom([missingRow("M-1", 1)]);
  setRow(columns, 0, 0, { ...registerRow("M-1", 1, 9n), quality: 2 });
  expect([columns.counts[0], readingAt(columns, 0).counts]).toEqual([0n, null]);
});

test("parts of different channels put behind one another keep every row", () => {
  const parts = [columnsFrom(ROWS.slice(2)), emptyColumns(), columnsFrom(ROWS.slice(0, 2))];
  expect(rowsOf(concatColumns(parts))).toEqual([...ROWS.slice(2), ...ROWS.slice(0, 2)]);
});

test("a slice and a pick hold their rows and share no memory with the whole", () => {
  const columns = columnsFrom(ROWS);
  const slice = sliceColumns(columns, 1, 99);
  columns.readAtMs.fill(0);
  expect(rowsOf(slice)).toEqual(ROWS.slice(1));
  expect(rowsOf(pickRows(columnsFrom(ROWS), [3, 0]))).toEqual([ROWS[3], ROWS[0]]);
});

test("every array of the columns can be transferred to another thread", () => {
  const columns = columnsFrom(ROWS);
  const copy = structuredClone(columns, { transfer: transferablesOf(columns) });
  expect(rowsOf(copy)).toEqual(ROWS);
  expect(columns.counts.byteLength).toBe(0);
});
