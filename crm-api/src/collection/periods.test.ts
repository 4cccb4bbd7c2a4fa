import { describe, expect, it } from "vitest";
import { gapsOf, periodsDue, periodsWithValue } from "./periods.ts";

const HOUR_MS = 3_600_000;
const span = { fromMs: 10 * HOUR_MS, toMs: 16 * HOUR_MS, periodMs: HOUR_MS };

function curveOf(readings: readonly (readonly [atMs: number, quality: number])[]) {
  return {
    channel: "m1",
    length: readings.length,
    readAtMs: Float64Array.from(readings, ([at]) => at),
    counts: BigInt64Array.from(readings, () => 1n),
    gauges: new Float64Array(readings.length),
    qualities: Uint8Array.from(readings, ([, quality]) => quality),
    flags: new Uint32Array(readings.length),
  };
}

describe("readings that did not come", () => {
  it("are told as stretches, with how many are missing in each", () => {
    expect(gapsOf(new Set([10, 13, 14]), span)).toEqual([
      { fromMs: 11 * HOUR_MS, toMs: 13 * HOUR_MS, periods: 2 },
      { fromMs: 15 * HOUR_MS, toMs: 16 * HOUR_MS, periods: 1 },
    ]);
    expect(gapsOf(new Set([10, 11, 12, 13, 14, 15]), span)).toEqual([]);
  });

  it("of a meter that never spoke are the whole span", () => {
    expect(gapsOf(new Set(), span)).toEqual([{ fromMs: 10 * HOUR_MS, toMs: 16 * HOUR_MS, periods: 6 }]);
  });

  it("are no more than what was due, on a grid that the span cuts", () => {
    const cut = { ...span, fromMs: span.fromMs + 1, toMs: span.toMs + 1 };
    expect(periodsDue(cut)).toBe(6);
    expect(gapsOf(new Set(), cut)).toMatchObject([{ periods: 6 }]);
  });
});

describe("a period", () => {
  it("counts once however often it was read, and not for a reading without a value", () => {
    const curve = curveOf([
      [10 * HOUR_MS - 60_000, 0],
      [10 * HOUR_MS + 60_000, 1],
      [12 * HOUR_MS, 2],
      [16 * HOUR_MS, 0],
    ]);
    expect([...periodsWithValue(curve, span)]).toEqual([10]);
  });
});
