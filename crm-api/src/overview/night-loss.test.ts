import { describe, expect, it } from "vitest";
import { nightLossOf, oldestOfNow } from "./dmas.ts";

describe("what a district loses at night", () => {
  it("is nothing while the night is within its band, however wide a factory makes that", () => {
    expect(nightLossOf({ mnfM3h: 6.5, expectedM3h: 4.9, bandHighM3h: 12 }, null)).toBe(0);
  });

  it("is the flow above what was expected once the band is left", () => {
    expect(nightLossOf({ mnfM3h: 9, expectedM3h: 5, bandHighM3h: 6 }, null)).toBe(4);
  });

  it("is what the live finding says, also while the night's level is being learnt anew", () => {
    expect(nightLossOf({ mnfM3h: 9, expectedM3h: null, bandHighM3h: null }, 72)).toBe(1);
  });

  it("is unknown without a judged night", () => {
    expect(nightLossOf(null, null)).toBeNull();
    expect(nightLossOf({ mnfM3h: 9, expectedM3h: null, bandHighM3h: null }, null)).toBeNull();
  });

  it("is told by nights of the last two days of the utility's zone, not by one before an outage", () => {
    // 19:00 UTC is 03:00 of the next day in Shanghai.
    expect(oldestOfNow(Date.UTC(2026, 10, 28, 19), "Asia/Shanghai")).toBe("2026-11-27");
    expect(oldestOfNow(Date.UTC(2026, 10, 28, 15), "Asia/Shanghai")).toBe("2026-11-26");
  });
});
