import { expect, test } from "vitest";
import { AccountThresholds, CalendarDays, DEFAULT_THRESHOLDS, overlappingShifts, Shift } from "./key-account.ts";

test("a shift ends after it begins, and days of a calendar are real dates in their order", () => {
  expect(Shift.safeParse({ weekday: 1, fromMinute: 480, toMinute: 1200 }).success).toBe(true);
  expect(Shift.safeParse({ weekday: 1, fromMinute: 1200, toMinute: 480 }).success).toBe(false);
  expect(Shift.safeParse({ weekday: 7, fromMinute: 0, toMinute: 60 }).success).toBe(false);
  const days = (from: string, to: string) => CalendarDays.safeParse({ from, to, kind: "shutdown" }).success;
  expect([
    days("2026-10-01", "2026-10-07"),
    days("2026-10-07", "2026-10-01"),
    days("2026-02-30", "2026-03-01"),
  ]).toEqual([true, false, false]);
});

test("thresholds are left to the rules unless they are given, and impossible ones are refused", () => {
  expect(Object.values(DEFAULT_THRESHOLDS).every((value) => value === null)).toBe(true);
  for (const wrong of [
    { deviations: 0 },
    { aboveHours: 0 },
    { contractM3h: -1 },
    { contractMinutes: 45 },
    { contractMinutes: 120 },
    { contractM3h: 50, contractM3Day: 40 },
  ])
    expect(AccountThresholds.safeParse(wrong).success).toBe(false);
  expect(AccountThresholds.safeParse({ monthBudgetM3: Number.NaN }).success).toBe(false);
});

test("shifts of one day that overlap are told", () => {
  const shift = (weekday: number, fromMinute: number, toMinute: number) => ({ weekday, fromMinute, toMinute });
  expect(overlappingShifts([shift(1, 0, 480), shift(1, 480, 960), shift(1, 900, 1000), shift(2, 0, 1440)])).toEqual([
    [1, 2],
  ]);
});
