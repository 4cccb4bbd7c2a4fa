import { expect, test } from "vitest";
import { waitAfter } from "./back-off.ts";

const BACK_OFF = { firstMs: 1000, longestMs: 60_000 };

test("the wait doubles with each try up to the longest", () => {
  const waits = [1, 2, 3, 4, 20, 2000].map((attempts) => waitAfter(attempts, BACK_OFF, 0.5));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
});

test("jobs that failed together try again at different times", () => {
  expect([0, 0.5, 0.999].map((chance) => waitAfter(1, BACK_OFF, chance))).toEqual([500, 1000, 1499]);
});
