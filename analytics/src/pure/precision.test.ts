import { expect, it } from "vitest";
import { isConfirmed, precisionOf } from "./precision.ts";

it("the precision of a rule comes with Wilson's 90 % interval", () => {
  const { share, low, high } = precisionOf(8, 10);
  expect([share, low, high]).toEqual([0.8, expect.closeTo(0.5408, 3), expect.closeTo(0.9314, 3)]);
});

it("a rule that nobody has judged has no precision, and one that was always right is not certain", () => {
  expect(precisionOf(0, 0)).toEqual({ judged: 0, confirmed: 0, share: null, low: null, high: null });
  const { low, high } = precisionOf(5, 5);
  expect(low).toBeGreaterThan(0.6);
  expect(low).toBeLessThan(0.7);
  expect(high).toBe(1);
});

it("what nobody could find out counts neither for nor against a rule", () => {
  expect([isConfirmed("burst"), isConfirmed("normal_use"), isConfirmed("unknown")]).toEqual([true, false, null]);
});
