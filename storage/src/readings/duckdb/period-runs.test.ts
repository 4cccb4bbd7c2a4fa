import { expect, test } from "vitest";
import { placeRuns } from "./period-runs.ts";

const cellsOf = (cells: readonly (readonly [channelNo: number, period: number])[], correctionsFrom = 99) => ({
  items: Int32Array.from(cells.flatMap(([channelNo, period]) => [period, channelNo])),
  placeOf: Int32Array.from([0, 1, -1, 2]),
  isCorrection: (row: number) => row >= correctionsFrom,
});
const rowsOf = (cells: Parameters<typeof placeRuns>[0]) => {
  const { pieces, corrections } = placeRuns(cells, 100);
  return {
    rows: [...pieces.all()].flatMap(([row, rows]) => Array.from({ length: rows }, (_, i) => row + i)),
    corrections,
  };
};

test("rows of two tables come by channel and time, and those of channels that were not asked for stay out", () => {
  const first = [
    [1, 5],
    [1, 6],
    [2, 5],
    [3, 1],
  ] as const;
  const second = [
    [0, 9],
    [1, 7],
    [1, 8],
  ] as const;
  expect(rowsOf(cellsOf([...first, ...second])).rows).toEqual([4, 0, 1, 5, 6, 3]);
});

test("a row that comes later stands instead of an earlier one of the same period, whole runs beside it stay", () => {
  const kept = [
    [1, 5],
    [1, 6],
    [1, 7],
  ] as const;
  expect(rowsOf(cellsOf([...kept, [1, 6], [1, 3]])).rows).toEqual([4, 0, 3, 2]);
});

test("a correction is added to the row of its period, and is a row of its own where there is none", () => {
  const counted = [
    [1, 5],
    [1, 6],
  ] as const;
  expect(rowsOf(cellsOf([...counted, [1, 6], [1, 9]], 2))).toEqual({ rows: [0, 1, 3], corrections: [[1, 2]] });
});
