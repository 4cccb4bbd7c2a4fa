import { describe, expect, it } from "vitest";
import { evidencePoints } from "./evidence-points.ts";

describe("the evidence of an event", () => {
  it("keeps a gap a gap and marks what was estimated", () => {
    const points = evidencePoints({
      unit: "m3/h",
      zone: "Asia/Shanghai",
      stepMs: 3_600_000,
      startAt: [0, 3_600_000, 7_200_000],
      actualM3h: [0.5, null, 0],
      quality: ["good", "missing", "estimated"],
      expectedM3h: 0.1,
      bandLowM3h: null,
      bandHighM3h: null,
      floorM3h: 0.4,
      beginsAt: 0,
      knowableAt: 3_600_000,
      nights: [],
    });
    expect(points.map((point) => point.flowM3h)).toEqual([0.5, null, 0]);
    expect(points.map((point) => point.isEstimated)).toEqual([false, false, true]);
    expect(points[0]?.expectedM3h).toBe(0.1);
  });
});
