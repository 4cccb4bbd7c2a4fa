import { expect, test } from "vitest";
import { dayCount, daysOf, spanText } from "./days.ts";

test("an empty last day means one day; days that run backwards, are none, or last too long are refused", () => {
  expect(daysOf("2027-01-01", "")).toEqual({ firstDay: "2027-01-01", lastDay: "2027-01-01" });
  expect(daysOf("2027-01-02", "2027-01-01")).toBeUndefined();
  expect(daysOf("", "")).toBeUndefined();
  expect(daysOf("2027-01-01", "2027-03-02")).toBeUndefined();
  expect(daysOf("2027-01-01", "2027-03-01")).toBeDefined();
});

test("days are told as a span with their number, over a month's and a year's end", () => {
  const newYear = { firstDay: "2026-12-31", lastDay: "2027-01-02" };
  expect(spanText(newYear)).toBe("2026-12-31 – 2027-01-02");
  expect(dayCount(newYear)).toBe(3);
  expect(spanText({ firstDay: "2027-01-01", lastDay: "2027-01-01" })).toBe("2027-01-01");
});
