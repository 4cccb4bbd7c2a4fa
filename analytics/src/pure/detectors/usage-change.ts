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
/** The spread is taken as at least this, in logarithms: 3 %. */
const LEAST_SPREAD = 0.03;
/** Changes from week to week that tell how unsteady an account is; with fewer the same weekdays alone do. */
const LEAST_CHANGES = 14;

/** State of the rule for one key account's meter; the days' volumes lie in a ring beside it. */
export const USAGE_SCHEMA = {
  usageDays: "u32",
  usageMedian: "f32",
  /** In logarithms of hundreds of litres. */
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
 * z = (day − median) ÷ spread, in logarithms, over up to eight same weekdays. The spread is the larger of theirs (1.4826 × MAD) and of the
 * account's own change from week to week over all days that are kept (MAD ÷ √2): eight days tell a spread badly, fifty tell an account that
 * is never twice the same. At least 3 %. The finding ends with the first judged day inside. Null case: fewer than four same weekdays, or
 * fewer than 22 good hours in the day. Source: DOMAIN 3.4 USAGE_CHANGE (S3 3.4); the pooled spread is ours.
 */
export function stepUsage(
  state: UsageState,
  ring: UsageRing,
  day: number,
  volume: DayVolume,
  p: UsageParameters,
): Step {
  const same = sameWeekdays(ring, day);
  const weekly = weeklySpread(ring, day);
  const isJudged = volume.goodHours >= LEAST_GOOD_HOURS;
  // Two up: zero is the ring's empty place, and a day without use is a value.
  ring.set(day % USAGE_RING, isJudged ? logOf((volume.litres * 24) / volume.goodHours) : 0);
  const held: Step = state.usageOpenMs === 0 ? "none" : "hold";
  if (!isJudged || same.length < LEAST_SAME_DAYS) return held;
  state.usageDays++;
  state.usageLitres = volume.litres;
  const centre = medianOf(same) ?? 0;
  state.usageMedian = litresOf(centre);
  state.usageSpread = Math.max(robustSpreadOf(same, centre) ?? 0, weekly, LEAST_SPREAD);
  return isFar(state, p) ? farDay(state, volume) : nearDay(state);
}

function sameWeekdays(ring: UsageRing, day: number): number[] {
  const values: number[] = [];
  for (let week = 1; week <= USAGE_RING / 7; week++) {
    const kept = ring.get((day - 7 * week + 10 * USAGE_RING) % USAGE_RING);
    if (kept > 0) values.push(kept);
  }
  return values;
}

/** How far a day usually is from that of the week before, as the spread of one day; 0 where too few are known. Asked before `day` is kept. */
function weeklySpread(ring: UsageRing, day: number): number {
  const changes: number[] = [];
  for (let ago = 1; ago <= USAGE_RING - 7; ago++) {
    const at = day - ago + 10 * USAGE_RING;
    const [now, before] = [ring.get(at % USAGE_RING), ring.get((at - 7) % USAGE_RING)];
    if (now > 0 && before > 0) changes.push(now - before);
  }
  return changes.length < LEAST_CHANGES ? 0 : (robustSpreadOf(changes, 0) ?? 0) / Math.SQRT2;
}

/** Days within this band are usual, litres. */
export function usageBand({ usageMedian, usageSpread }: UsageState, { leastDeviations }: UsageParameters) {
  const [centre, away] = [logOf(usageMedian), leastDeviations * usageSpread];
  return { low: litresOf(centre - away), high: litresOf(centre + away) };
}

function logOf(litres: number): number {
  return Math.log(2 + Math.max(0, litres) / HUNDRED);
}

function litresOf(log: number): number {
  return Math.max(0, Math.exp(log) - 2) * HUNDRED;
}

function isFar(state: UsageState, p: UsageParameters): boolean {
  const away = Math.abs(state.usageLitres - state.usageMedian);
  const { low, high } = usageBand(state, p);
  const isOutside = state.usageLitres < low || state.usageLitres > high;
  return isOutside && away > p.leastShare * state.usageMedian && away > p.leastLitres;
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
