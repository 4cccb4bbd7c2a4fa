import { describe, expect, test } from "vitest";
import { isHeldOut } from "./held-out.ts";
import { regressionsOf } from "./regression.ts";
import { figuresOf, type LabelledMeter, scoreMeters } from "./score.ts";

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const METER: LabelledMeter = {
  meter: "home-1-01",
  warm: at(0),
  last: at(2000),
  natural: [],
  events: [
    { kind: "drip", start: at(500), end: at(600), leak_l: Array.from({ length: 100 }, () => 2) },
    { kind: "stopped", start: at(1000), end: at(1500), leak_l: [] },
  ],
};
const alarm = (from: number, to: number | null, kind: string) => ({
  meter: METER.meter,
  openedAtMs: from * 3_600_000,
  closedAtMs: to === null ? null : to * 3_600_000,
  class: kind,
});
const scored = (...alarms: ReturnType<typeof alarm>[]) =>
  figuresOf(scoreMeters({ track: "customer", meters: [METER] }, alarms));

describe("the scores of leak-bench", () => {
  test("count a leak by its first ticket, and what ran away before it as lost", () => {
    const { leaks, medianHours, volumeSaved } = scored(alarm(520, 600, "leak"), alarm(530, 600, "high"));
    expect([leaks, medianHours, volumeSaved]).toEqual([1, 20, 1 - 21 / 100]);
  });

  test("take a leak alarm in a stopped meter's time for neither found nor false", () => {
    const { stopped, falseUp } = scored(alarm(1100, 1200, "leak"));
    expect([stopped, falseUp]).toEqual([0, 0]);
  });

  test("count alarms that follow each other within a week once", () => {
    expect(scored(alarm(100, 110, "leak"), alarm(200, 210, "leak")).falseUp).toBeCloseTo(
      scored(alarm(100, 110, "leak")).falseUp,
    );
    expect(scored(alarm(100, 110, "leak"), alarm(300, 310, "leak")).falseUp).toBeGreaterThan(0);
  });

  test("hold ten homes and a district out of tuning, in every seed", () => {
    const homes = Array.from({ length: 30 }, (_, no) => `home-2-${String(no).padStart(2, "0")}`).filter(isHeldOut);
    expect(homes.map((home) => home.slice(-2))).toEqual(["01", "04", "06", "09", "12", "14", "17", "22", "25", "27"]);
    expect(isHeldOut("dma-3-DMA9")).toBe(true);
  });

  test("tell what became worse than its reference by more than its margin, whichever way is worse", () => {
    const figures = { ...scored(alarm(520, 600, "leak")), falseUp: 40 };
    const reference = { leaks: { value: 0.95, margin: 0.01 }, falseUp: { value: 35, margin: 3 } };
    expect(regressionsOf("customer", figures, { customer: reference })).toEqual([
      "customer falseUp: 40.000, was 35 (margin 3)",
    ]);
    expect(regressionsOf("customer", { ...figures, leaks: Number.NaN }, { customer: reference })).toHaveLength(2);
  });
});
