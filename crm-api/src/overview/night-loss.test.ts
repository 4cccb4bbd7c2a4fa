import { describe, expect, it } from "vitest";
import { nightLossOf } from "./dmas.ts";

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
});
