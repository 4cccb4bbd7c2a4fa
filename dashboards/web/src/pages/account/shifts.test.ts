import { expect, test } from "vitest";
import { shiftsOf, shiftText } from "./shifts.ts";

test("shifts are read as people write them, and one over midnight goes on on the next day", () => {
  const shifts = shiftsOf({ 1: "08:00-20:00", 2: "6:30 – 14:00，22:00-06:00", 6: "22:00-00:00" });
  expect(shifts).toEqual([
    { weekday: 1, fromMinute: 480, toMinute: 1200 },
    { weekday: 2, fromMinute: 390, toMinute: 840 },
    { weekday: 2, fromMinute: 1320, toMinute: 1440 },
    { weekday: 3, fromMinute: 0, toMinute: 360 },
    { weekday: 6, fromMinute: 1320, toMinute: 1440 },
  ]);
  expect(shiftText(shifts ?? [], 2)).toBe("06:30-14:00, 22:00-24:00");
  expect(shiftsOf({ 2: shiftText(shifts ?? [], 2), 3: shiftText(shifts ?? [], 3) })).toHaveLength(3);
  expect(shiftsOf({})).toEqual([]);
});

test("what is no shift, or overlaps another, is not taken", () => {
  for (const wrong of ["8-20", "25:00-26:00", "08:00-08:00", "08:60-09:00", "08:00-12:00, 11:00-13:00", "24:00-25:00"])
    expect(shiftsOf({ 1: wrong })).toBeUndefined();
  expect(shiftsOf({ 1: "22:00-06:00", 2: "05:00-13:00" })).toBeUndefined();
});
