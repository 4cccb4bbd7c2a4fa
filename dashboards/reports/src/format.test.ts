import { describe, expect, it } from "vitest";
import { formatNumber, formatShare, isoWithOffset, NO_VALUE } from "./format.ts";

describe("figures for people", () => {
  it("never call nearly all of it all of it", () => {
    expect(formatShare(0.9995, "en", 0)).toBe("99%");
    expect(formatShare(0.9996, "en")).toBe("99.9%");
    expect(formatShare(1, "en")).toBe("100%");
    expect(formatShare(0.042, "zh")).toBe("4.2%");
  });

  it("show a dash where there is no number", () => {
    expect([formatShare(null, "en"), formatNumber(Number.NaN, "zh"), formatNumber(undefined, "en")]).toEqual([
      NO_VALUE,
      NO_VALUE,
      NO_VALUE,
    ]);
  });

  it("carry the offset of the day they are of", () => {
    expect(isoWithOffset(Date.parse("2026-01-01T00:00:00Z"), "Europe/Madrid")).toBe("2026-01-01T01:00:00+01:00");
    expect(isoWithOffset(Date.parse("2026-07-01T00:00:00Z"), "America/St_Johns")).toBe("2026-06-30T21:30:00-02:30");
  });
});
