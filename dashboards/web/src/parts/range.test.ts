import { describe, expect, it } from "vitest";
import { instantOfDay, passedOf, spanOf } from "./range.ts";

const iso = (atMs: number) => new Date(atMs).toISOString();
const NOW = Date.parse("2026-10-31T20:30:00Z");

describe("spans of a curve", () => {
  it("holds whole local days of the utility, not of the reader", () => {
    const { from, to } = spanOf("day", 0, NOW, "Asia/Shanghai");
    expect([iso(from), iso(to)]).toEqual(["2026-10-31T16:00:00.000Z", "2026-11-01T16:00:00.000Z"]);
  });

  it("takes a month by the calendar, and the ones before it", () => {
    const { from, to } = spanOf("month", 1, NOW, "Asia/Shanghai");
    expect([iso(from), iso(to)]).toEqual(["2026-09-30T16:00:00.000Z", "2026-10-31T16:00:00.000Z"]);
  });

  it("knows days of 23 and 25 hours", () => {
    const hours = (range: "day" | "week", at: string) => {
      const { from, to } = spanOf(range, 0, Date.parse(at), "Europe/Berlin");
      return (to - from) / 3_600_000;
    };
    expect(hours("day", "2026-03-29T12:00:00Z")).toBe(23);
    expect(hours("day", "2026-10-25T12:00:00Z")).toBe(25);
    expect(hours("week", "2026-10-28T12:00:00Z")).toBe(7 * 24 + 1);
  });

  it("asks for what has passed only, so that the future is no gap", () => {
    const span = spanOf("day", 0, NOW, "UTC");
    expect(iso(passedOf(span, NOW).to)).toBe("2026-10-31T20:30:00.000Z");
    expect(passedOf(spanOf("day", 1, NOW, "UTC"), NOW).to).toBe(span.from);
  });

  it("begins a day at midnight in zones west of Greenwich too", () => {
    expect(iso(instantOfDay(Date.UTC(2026, 0, 15) / 86_400_000, "America/New_York"))).toBe("2026-01-15T05:00:00.000Z");
  });
});
