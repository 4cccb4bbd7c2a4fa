import { describe, expect, it } from "vitest";
import { monthsToOrder } from "./months.ts";

describe("months that a report can be ordered for", () => {
  it("begins with the last whole month of the utility's zone", () => {
    const newYear = Date.parse("2025-12-31T17:00:00Z");
    expect(monthsToOrder(newYear, "Asia/Shanghai", 2)).toEqual(["2025-12", "2025-11", "2026-01"]);
    expect(monthsToOrder(newYear, "UTC", 2)).toEqual(["2025-11", "2025-10", "2025-12"]);
  });
});
