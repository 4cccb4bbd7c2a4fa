import { type DayVolume, wholeDay } from "./day.ts";
import type { Step } from "./flow.ts";
import { expectedLitres, type VolumeState } from "./volume-cusum.ts";

/** What a meter that counts too little is judged by. */
export interface UnderParameters {
  /** Fall that every day must bring to count, in the meter's own deviations. */
  readonly reference: number;
  /** Sum from which it is a finding. */
  readonly limit: number;
  /** A finding that holds this long is how the place is used now, d. */
  readonly acceptDays: number;
}
/** As tuned on leak-bench. */
export const UNDER_PARAMETERS: UnderParameters = { reference: 0.75, limit: 7.5, acceptDays: 60 };
const WINSOR = 3;
const ALPHA = 0.02;
const SLOW_ALPHA = 0.004;
const LEAST_SD = 0.15;
const FIRST_VARIANCE = 0.04;
const LEAST_DAYS = 21;
const LEAST_GOOD_HOURS = 20;
const LEAST_LITRES = 5;
const LEAST_FLOW_HOURS = 3;
/** Below this share of the usual day nobody is at home. */
const AWAY_SHARE = 0.1;
const DAY_MS = 86_400_000;

/** State of the rule for one meter. Means are of ln(1 + 10 × litres of a flowing hour) and of ln(5 + litres of the peak hour). */
export const UNDER_SCHEMA = {
  underDays: "u8",
  underHourMean: "q12",
  underHourVariance: "q12",
  underPeakMean: "q12",
  underPeakVariance: "q12",
  underScore: "q8",
  underStartMs: "sec",
  underIsOpen: "u8",
} as const;
export type UnderState = { -readonly [Name in keyof typeof UNDER_SCHEMA]: number };

/**
 * A meter that counts too little: both its flowing hours and its highest hours hold less than they used to.
 *
 * Tabular CUSUM of the lesser of two falls, each in the meter's own deviations, winsorised at 3: litres of a flowing hour and
 * litres of the second-highest hour of the day; k 0.75, h 7.5. A family that is away or smaller uses water in fewer hours, a
 * worn or bypassed meter shows less in each of them. Null case: 21 days teach; days under 5 L, with fewer than 20 good or three
 * flowing hours, or below a tenth of the usual volume are skipped. It ends when the sum is back below half of h, or after 60 days. Source: LEAKS 3, detector 7 (low CUSUM), with loss of peak flow.
 */
export function stepUnder(state: UnderState & VolumeState, day: DayVolume, p: UnderParameters): Step {
  const isOpen = state.underIsOpen === 1;
  if (!isJudged(state, day)) return isOpen ? "hold" : "none";
  const hour = Math.log(1 + (10 * day.litres) / day.flowHours);
  const peak = Math.log(5 + day.peakLitres);
  const fall = state.underDays < LEAST_DAYS ? 0 : Math.min(fallOfHour(state, hour), fallOfPeak(state, peak));
  if (state.underScore === 0) state.underStartMs = day.startMs;
  state.underScore = Math.max(0, Math.min(2 * p.limit, state.underScore + fall - p.reference));
  learn(state, hour, peak, p);
  return isOpen ? openDay(state, day, p) : closedDay(state, p);
}

function isJudged(state: VolumeState, day: DayVolume): boolean {
  if (day.goodHours < LEAST_GOOD_HOURS || day.litres < LEAST_LITRES || day.flowHours < LEAST_FLOW_HOURS) return false;
  return wholeDay(day) >= AWAY_SHARE * expectedLitres(state);
}

function fallOfHour(state: UnderState, hour: number): number {
  return fallOf(state.underHourMean - hour, state.underHourVariance);
}

function fallOfPeak(state: UnderState, peak: number): number {
  return fallOf(state.underPeakMean - peak, state.underPeakVariance);
}

function fallOf(difference: number, variance: number): number {
  return Math.max(-WINSOR, Math.min(WINSOR, difference / Math.max(LEAST_SD, Math.sqrt(variance))));
}

function learn(state: UnderState, hour: number, peak: number, p: UnderParameters): void {
  if (state.underDays === 0) {
    state.underHourMean = hour;
    state.underPeakMean = peak;
    state.underHourVariance = FIRST_VARIANCE;
    state.underPeakVariance = FIRST_VARIANCE;
  }
  state.underDays = Math.min(255, state.underDays + 1);
  const alpha = state.underScore > p.limit / 2 ? SLOW_ALPHA : Math.max(ALPHA, 1 / state.underDays);
  const ofHour = hour - state.underHourMean;
  const ofPeak = peak - state.underPeakMean;
  state.underHourMean += alpha * ofHour;
  state.underPeakMean += alpha * ofPeak;
  state.underHourVariance = (1 - alpha) * (state.underHourVariance + alpha * ofHour * ofHour);
  state.underPeakVariance = (1 - alpha) * (state.underPeakVariance + alpha * ofPeak * ofPeak);
}

function closedDay(state: UnderState, p: UnderParameters): Step {
  if (state.underScore <= p.limit) return "none";
  state.underIsOpen = 1;
  return "open";
}

function openDay(state: UnderState, day: DayVolume, p: UnderParameters): Step {
  const isAccepted = day.startMs - state.underStartMs > p.acceptDays * DAY_MS;
  if (state.underScore >= p.limit / 2 && !isAccepted) return "hold";
  if (isAccepted) state.underScore = 0;
  state.underIsOpen = 0;
  return "clear";
}
