import { expect, it } from "vitest";
import { sparkOf } from "./sparkline.ts";

it("a sparkline goes from nothing to the highest, the newest on the right", () => {
  expect(sparkOf([0, 10_000, 20_000], [0, 5, 10])).toEqual({
    lines: ["0.0,23.0 60.0,12.0 120.0,1.0"],
    low: 0,
    high: 10,
  });
});

it("what nobody said and when nobody looked are gaps, never a line across", () => {
  const at = [0, 10_000, 20_000, 30_000, 40_000, 200_000, 210_000];
  expect(sparkOf(at, [1, 1, null, 1, 1, 1, 1])?.lines).toHaveLength(3);
});

it("one value is no line", () => {
  expect(sparkOf([0], [1])).toBeNull();
  expect(sparkOf([0, 1], [null, null])).toBeNull();
});
