import { describe, expect, test } from "vitest";
import { calendarOf, dateTextOf, dayOfDate, isWeekend, weekdayOf } from "./local-time.ts";

const HOUR = 3_600_000;

describe("local days", () => {
  test("have 23 hours when clocks go forward and 25 when they go back", () => {
    const rome = calendarOf("Europe/Rome");
    const lengthOf = (date: string) => (rome.instantOf(dayOfDate(date) + 1) - rome.instantOf(dayOfDate(date))) / HOUR;
    expect(["2025-03-29", "2025-03-30", "2025-10-26"].map(lengthOf)).toEqual([24, 23, 25]);
  });

  test("begin at local midnight, in zones with half hours too", () => {
    expect(calendarOf("Asia/Shanghai").instantOf(dayOfDate("2025-06-02"))).toBe(Date.parse("2025-06-01T16:00:00Z"));
    expect(calendarOf("Asia/Kolkata").instantOf(dayOfDate("2025-06-02"))).toBe(Date.parse("2025-06-01T18:30:00Z"));
  });

  test("hold the instants from their midnight to the next", () => {
    const rome = calendarOf("Europe/Rome");
    for (let at = Date.parse("2025-03-28T00:00:00Z"); at < Date.parse("2025-04-01T00:00:00Z"); at += HOUR / 4) {
      const day = rome.dayOf(at);
      expect(at >= rome.instantOf(day) && at < rome.instantOf(day + 1)).toBe(true);
    }
  });

  test("put the night after the skipped hour at the instant of the jump", () => {
    const rome = calendarOf("Europe/Rome");
    expect(rome.instantOf(dayOfDate("2025-03-30"), 2)).toBe(Date.parse("2025-03-30T01:00:00Z"));
    expect(rome.hourOf(Date.parse("2025-03-30T01:00:00Z"))).toBe(3);
    expect(rome.instantOf(dayOfDate("2025-03-30"), 5)).toBe(Date.parse("2025-03-30T03:00:00Z"));
  });

  test("know their date and weekday", () => {
    expect(dateTextOf(dayOfDate("2024-02-29"))).toBe("2024-02-29");
    expect(weekdayOf(dayOfDate("2025-06-01"))).toBe(0);
    expect([isWeekend(dayOfDate("2025-05-31")), isWeekend(dayOfDate("2025-06-02"))]).toEqual([true, false]);
  });
});
