import { expect, test } from "vitest";
import { isoInZone, localDateOf, monthPeriod, previousMonth } from "./zone-time.ts";

test("an instant is written as local time with its offset", () => {
  expect(isoInZone(Date.UTC(2026, 9, 30, 16), "Asia/Shanghai")).toBe("2026-10-31T00:00:00+08:00");
  expect(isoInZone(Date.UTC(2026, 0, 1, 12), "America/St_Johns")).toBe("2026-01-01T08:30:00-03:30");
});

test("a month is its first day and the first day after it, over the turn of the year too", () => {
  expect(monthPeriod("2026-10")).toEqual({ from: "2026-10-01", to: "2026-11-01" });
  expect(monthPeriod("2026-12")).toEqual({ from: "2026-12-01", to: "2027-01-01" });
});

test("the month before is that of the company's zone, not of UTC", () => {
  const newYearInShanghai = Date.UTC(2026, 11, 31, 17);
  expect(previousMonth(newYearInShanghai, "Asia/Shanghai")).toBe("2026-12");
  expect(previousMonth(newYearInShanghai, "Europe/Berlin")).toBe("2026-11");
  expect(localDateOf(newYearInShanghai, "Asia/Shanghai")).toEqual({ year: 2027, month: 1, day: 1 });
});
