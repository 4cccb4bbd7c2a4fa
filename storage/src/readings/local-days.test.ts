import { expect, test } from "vitest";
import { DEFAULT_NIGHT, daysBetween, hoursBetween, nightsBetween } from "./local-days.ts";

const HOUR_MS = 3_600_000;

test("a day has 23 hours when the clocks go forward and 25 when they go back", () => {
  const spring = daysBetween(Date.UTC(2026, 2, 27), Date.UTC(2026, 2, 30), "Europe/Berlin");
  expect(spring.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR_MS)).toEqual([24, 23, 24]);
  const autumn = daysBetween(Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 26), "Europe/Berlin");
  expect(autumn.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR_MS)).toEqual([24, 25, 24]);
  expect(autumn[1]?.toMs).toBe(autumn[2]?.fromMs);
});

test("a night begins and ends at the wall clock's hours, also where an hour is skipped or comes twice", () => {
  const hours = (fromMs: number, zone: string) =>
    nightsBetween(fromMs, fromMs + 24 * HOUR_MS, zone, DEFAULT_NIGHT).map(({ fromMs: from, toMs }) => [
      new Date(from).toISOString().slice(8, 16),
      (toMs - from) / HOUR_MS,
    ]);
  expect(hours(Date.UTC(2026, 5, 1), "Asia/Shanghai")).toEqual([["01T18:00", 2]]);
  expect(hours(Date.UTC(2026, 5, 1), "Asia/Kolkata")).toEqual([["01T20:30", 2]]);
  expect(hours(Date.UTC(2026, 2, 29), "Europe/Berlin")).toEqual([["29T01:00", 1]]);
  expect(hours(Date.UTC(2026, 9, 24, 23), "Europe/Berlin")).toEqual([["25T00:00", 3]]);
});

test("hours are those that begin in the range", () => {
  expect(hoursBetween(1, 2 * HOUR_MS + 1).map(({ fromMs }) => fromMs)).toEqual([HOUR_MS, 2 * HOUR_MS]);
});

test("a night that ends before it begins, and an unknown zone, are refused", () => {
  expect(() => nightsBetween(0, 1, "UTC", { fromHour: 4, toHour: 2 })).toThrow(RangeError);
  expect(() => daysBetween(0, 1, "Mars/Olympus")).toThrow(RangeError);
});
