import { describe, expect, test } from "vitest";
import { chanceOf } from "../../testing/mixed-feed.ts";
import { stepUsage, USAGE_PARAMETERS, USAGE_RING, type UsageState } from "./usage-change.ts";

const FIRST_DAY = 20_000;
const CHANGE_FROM = 300;
/** Shares of an ordinary day, Sunday first. */
const WEEK = [0.3, 1, 1, 1, 1, 1, 0.5];

interface Account {
  /** Standard deviation of a day's logarithm. */
  readonly noise: number;
  readonly seed: number;
  readonly days?: number;
  /** What the last days are multiplied by. */
  readonly factor?: number;
}

/** Days on which a finding opened. */
function openings({ noise, seed, days = 420, factor = 1 }: Account): number[] {
  const chance = chanceOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const kept = new Float64Array(USAGE_RING);
  const ring = {
    get: (i: number) => kept[i] ?? 0,
    set: (i: number, value: number) => {
      kept[i] = value;
    },
  };
  const state: UsageState = {
    usageDays: 0,
    usageMedian: 0,
    usageSpread: 0,
    usageLitres: 0,
    usageDirection: 0,
    usageOpenMs: 0,
  };
  return Array.from({ length: days }, (_, no) => no).filter((no) => {
    const day = FIRST_DAY + no;
    const usual = 40_000 * (WEEK[day % 7] ?? 1) * Math.exp(noise * normal());
    const litres = no >= CHANGE_FROM ? usual * factor : usual;
    const volume = {
      startMs: day * 86_400_000,
      litres,
      goodHours: 24,
      flowHours: 24,
      peakLitres: 0,
      dutySum: 0,
      isWeekend: false,
    };
    return stepUsage(state, ring, day, volume, USAGE_PARAMETERS) === "open";
  });
}

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
const shareFound = (noise: number, factor: number) =>
  seeds.filter((seed) => openings({ noise, seed, days: CHANGE_FROM + 5, factor }).some((day) => day >= CHANGE_FROM))
    .length / seeds.length;

describe("the day of a key account", () => {
  test.each([0.05, 0.1, 0.2, 0.4])("with a noise of %f is a finding less than once in two years", (noise) => {
    const found = seeds.flatMap((seed) => openings({ noise, seed }).filter((day) => day >= USAGE_RING));
    expect(found.length / seeds.length).toBeLessThan(0.5);
  });

  test("of a steady account that uses 40 % more or half as much is one", () => {
    expect(shareFound(0.05, 1.4)).toBeGreaterThan(0.95);
    expect(shareFound(0.05, 0.5)).toBe(1);
  });

  test("of an account that is never twice the same needs a larger change", () => {
    expect(shareFound(0.3, 1.4)).toBeLessThan(0.1);
    expect(shareFound(0.3, 6)).toBeGreaterThan(0.9);
    expect(shareFound(0.3, 0.1)).toBeGreaterThan(0.9);
  });
});
