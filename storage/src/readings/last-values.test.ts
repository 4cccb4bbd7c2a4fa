import { expect, test } from "vitest";
import { missingRow, registerRow } from "../testing/reading-samples.ts";
import { lastValuesOf } from "./last-values.ts";
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
