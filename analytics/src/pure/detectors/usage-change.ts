import { medianOf, robustSpreadOf } from "../statistics.ts";
import type { DayVolume } from "./day.ts";
import type { Step } from "./flow.ts";

/** Days of history kept for each key account: eight of every weekday. */
export const USAGE_RING = 56;

/** What a key account's day is judged by. */
export interface UsageParameters {
  /** Robust deviations from the same weekdays. */
  readonly leastDeviations: number;
  /** Share of their median. */
  readonly leastShare: number;
  /** Litres. */
  readonly leastLitres: number;
}
/** Source: DOMAIN 3.4 USAGE_CHANGE. */
export const USAGE_PARAMETERS: UsageParameters = { leastDeviations: 4, leastShare: 0.3, leastLitres: 1000 };
const LEAST_SAME_DAYS = 4;
const LEAST_GOOD_HOURS = 22;
/** The spread of the same weekdays is taken as at least this share of their median. */
const LEAST_SPREAD = 0.03;

/** State of the rule for one key account's meter; the days' volumes lie in a ring beside it. */
export const USAGE_SCHEMA = {
  usageDays: "u32",
  usageMedian: "f32",
  usageSpread: "f32",
  usageLitres: "f32",
  usageDirection: "u8",
  usageOpenMs: "sec",
} as const;
export type UsageState = { -readonly [Name in keyof typeof USAGE_SCHEMA]: number };

/** The ring of daily volumes by day number modulo USAGE_RING, as ln(2 + hundreds of litres); 0 where none was kept. */
export interface UsageRing {
  get(index: number): number;
  set(index: number, value: number): void;
}
/** Litres of one: what is finer than this does not matter to a key account's day. */
const HUNDRED = 100;

/**
 * A day of a key account far from the same weekdays before: |robust z| > 4 and more than 30 % and more than `leastLitres` away.
 *
 * z = (day − median) ÷ (1.4826 × MAD, at least 3 % of the median) over up to eight same weekdays; the finding ends with the
 * first judged day inside. Null case: fewer than four same weekdays, or fewer than 22 good hours in the day.
 * Source: DOMAIN 3.4 USAGE_CHANGE (S3 3.4).
 */
export function stepUsage(
  state: UsageState,
  ring: UsageRing,
  day: number,
  volume: DayVolume,
  p: UsageParameters,
): Step {
  const same = sameWeekdays(ring, day);
  const isJudged = volume.goodHours >= LEAST_GOOD_HOURS;
  // Two up: zero is the ring's empty place, and a day without use is a value.
  ring.set(day % USAGE_RING, isJudged ? Math.log(2 + (volume.litres * 24) / volume.goodHours / HUNDRED) : 0);
  const held: Step = state.usageOpenMs === 0 ? "none" : "hold";
  if (!isJudged || same.length < LEAST_SAME_DAYS) return held;
  state.usageDays++;
  state.usageLitres = volume.litres;
  state.usageMedian = medianOf(same) ?? 0;
  state.usageSpread = Math.max(robustSpreadOf(same, state.usageMedian) ?? 0, LEAST_SPREAD * state.usageMedian, 1);
  return isFar(state, p) ? farDay(state, volume) : nearDay(state);
}

function sameWeekdays(ring: UsageRing, day: number): number[] {
  const values: number[] = [];
  for (let week = 1; week <= USAGE_RING / 7; week++) {
    const kept = ring.get((day - 7 * week + 10 * USAGE_RING) % USAGE_RING);
    if (kept > 0) values.push(Math.max(0, Math.exp(kept) - 2) * HUNDRED);
  }
  return values;
}

function isFar(state: UsageState, p: UsageParameters): boolean {
  const away = Math.abs(state.usageLitres - state.usageMedian);
  return (
    away > p.leastDeviations * state.usageSpread && away > p.leastShare * state.usageMedian && away > p.leastLitres
  );
}

function farDay(state: UsageState, volume: DayVolume): Step {
  state.usageDirection = state.usageLitres > state.usageMedian ? 1 : 0;
  if (state.usageOpenMs !== 0) return "hold";
  state.usageOpenMs = volume.startMs;
  return "open";
}

function nearDay(state: UsageState): Step {
  if (state.usageOpenMs === 0) return "none";
  state.usageOpenMs = 0;
  return "clear";
}
