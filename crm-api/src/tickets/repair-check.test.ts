import { expect, test } from "vitest";
import { judgeRepair, repairTarget } from "./repair-check.ts";

const DAY_MS = 86_400_000;
const nights = (...flows: number[]) => flows.map((flowM3h, at) => ({ night: `2026-10-0${at + 1}`, flowM3h }));
const evidence = (part: object) => ({ floorM3h: null, actualM3h: null, expectedM3h: null, bandHighM3h: null, ...part });

test("a repair must bring the night back to what was expected, and no more than three tenths of the leak", () => {
  expect(repairTarget(evidence({ floorM3h: 0.1, expectedM3h: 0 }))).toEqual({ beforeM3h: 0.1, limitM3h: 0.03 });
  expect(repairTarget(evidence({ actualM3h: 11, expectedM3h: 8, bandHighM3h: 8.5 }))?.limitM3h).toBeCloseTo(8.9, 9);
  expect(repairTarget(evidence({ actualM3h: 9, expectedM3h: 8, bandHighM3h: 8.8 }))?.limitM3h).toBeCloseTo(8.8, 9);
  expect(repairTarget(evidence({ floorM3h: 1, bandHighM3h: 4 }))?.limitM3h).toBeCloseTo(0.3, 9);
});

test("without a flow above what was expected there is nothing to check", () => {
  expect(repairTarget(evidence({}))).toBeNull();
  expect(repairTarget(evidence({ actualM3h: 5, expectedM3h: 8 }))).toBeNull();
});

test("three measured nights decide by their median; one odd night does not", () => {
  const judge = (...flows: number[]) => judgeRepair(nights(...flows), 0.03, 0, 3 * DAY_MS);
  expect([judge(), judge(0, 0.01)]).toEqual(["watching", "watching"]);
  expect([judge(0, 0.2, 0.01), judge(0.1, 0.02, 0.1), judge(0.1, 0.1, 0.1, 0, 0)]).toEqual([
    "held",
    "not_solved",
    "not_solved",
  ]);
});

test("a subject that nobody could read for a week is not called mended", () => {
  expect(judgeRepair(nights(0, 0), 0.03, 0, 7 * DAY_MS)).toBe("watching");
  expect(judgeRepair(nights(0, 0), 0.03, 0, 7 * DAY_MS + 1)).toBe("not_measured");
});
