import { type DayVolume, wholeDay } from "./day.ts";
import type { Step } from "./flow.ts";

/** What a household's use above its own is judged by. */
export interface VolumeParameters {
  /** Deviations that every day must lie above the usual to count. */
  readonly reference: number;
  /** Sum from which it is a finding. */
  readonly limit: number;
}
/** Source: LEAKS 3, detector 4. */
export const VOLUME_PARAMETERS: VolumeParameters = { reference: 0.75, limit: 8 };
const WINSOR = 4;
const LEAST_LITRES = 5;
const LEAST_DAYS = 14;
const LEAST_GOOD_HOURS = 22;
const SLOW_ALPHA = 0.005;
const ALPHA = 0.03;
const WEEKEND_ALPHA = 0.05;
const LEAST_SD = 0.1;

/** State of the rule for one meter; also what it is used to. */
export const VOLUME_SCHEMA = {
  volumeDays: "u16",
  /** Mean of ln(20 + litres a day) on working days, its variance, and how far weekends lie from it. */
  volumeMean: "q12",
  volumeVariance: "q12",
  volumeWeekend: "f32",
  volumeScore: "q8",
  volumeStartMs: "sec",
  volumeIsOpen: "u8",
} as const;
export type VolumeState = { -readonly [Name in keyof typeof VOLUME_SCHEMA]: number };

/**
 * More use than this meter's own, day after day: tabular CUSUM of z = (ln(20 + litres) − mean of such days) ÷ deviation, winsorised
 * at 4, k 0.75, h 8.
 *
 * Weekends have a level of their own beside that of working days. Mean and variance are exponentially weighted
 * (α = max(0.03, 1/n)) and nearly stand still (α = 0.005) while the sum is beyond half its limit. A finding starts on the day
 * after its sum was last zero and ends when the sum is back below half of h. Null case: 14 days teach; days below 5 L and
 * days with fewer than 22 good hours are skipped. Source: LEAKS 3, detector 4.
 */
export function stepVolume(state: VolumeState, day: DayVolume, p: VolumeParameters): Step {
  const isOpen = state.volumeIsOpen === 1;
  if (day.goodHours < LEAST_GOOD_HOURS || day.litres < LEAST_LITRES) return isOpen ? "hold" : "none";
  const z = zOfVolume(state, day);
  state.volumeDays++;
  learn(state, day, p);
  if (state.volumeScore === 0) state.volumeStartMs = day.startMs;
  state.volumeScore = Math.min(2 * p.limit, Math.max(0, state.volumeScore + z - p.reference));
  if (isOpen) {
    if (state.volumeScore >= p.limit / 2) return "hold";
    state.volumeIsOpen = 0;
    return "clear";
  }
  if (state.volumeScore <= p.limit) return "none";
  state.volumeIsOpen = 1;
  return "open";
}

/** How far a day lies from the meter's own such days, in its deviations, −4 to 4; 0 while it is learning. */
export function zOfVolume(state: VolumeState, day: DayVolume): number {
  if (state.volumeDays < LEAST_DAYS || day.goodHours === 0) return 0;
  const z = (logOf(state, day) - state.volumeMean) / Math.max(LEAST_SD, Math.sqrt(state.volumeVariance));
  return Math.max(-WINSOR, Math.min(WINSOR, z));
}

/** Litres a day that the meter's own past makes one expect. */
export function expectedLitres(state: VolumeState): number {
  return state.volumeDays === 0 ? 0 : Math.max(0, Math.exp(state.volumeMean) - 20);
}

/** Whether enough days were judged for an expectation. */
export function isVolumeKnown(state: VolumeState): boolean {
  return state.volumeDays >= LEAST_DAYS;
}

function logOf(state: VolumeState, day: DayVolume): number {
  return Math.log(20 + wholeDay(day)) - (day.isWeekend ? state.volumeWeekend : 0);
}

function learn(state: VolumeState, day: DayVolume, p: VolumeParameters): void {
  const isDrifting = state.volumeScore > p.limit / 2;
  const alpha = isDrifting ? SLOW_ALPHA : Math.max(ALPHA, 1 / state.volumeDays);
  const difference = logOf(state, day) - state.volumeMean;
  if (day.isWeekend && state.volumeDays > LEAST_DAYS) {
    const pace = isDrifting ? SLOW_ALPHA : WEEKEND_ALPHA;
    state.volumeWeekend += pace * Math.max(-1, Math.min(1, difference));
  }
  state.volumeMean += alpha * difference;
  state.volumeVariance = (1 - alpha) * (state.volumeVariance + alpha * difference * difference);
}
