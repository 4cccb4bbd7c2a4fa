import type { Step } from "./flow.ts";

/** A local day of a meter. */
export interface DayVolume {
  readonly startMs: number;
  readonly litres: number;
  /** Hours of the day with a good interval. */
  readonly goodHours: number;
}

const UP = { k: 0.75, h: 8 } as const;
const DOWN = { k: 1, h: 12 } as const;
const WINSOR = 4;
const LEAST_LITRES = 5;
const LEAST_DAYS = 14;
const LEAST_GOOD_HOURS = 22;
const SLOW_ALPHA = 0.005;
const ALPHA = 0.03;
const LEAST_SD = 0.1;

/** State of both directions for one meter. */
export const CUSUM_SCHEMA = {
  cusumDays: "u32",
  cusumMean: "f32",
  cusumVariance: "f32",
  cusumUp: "f32",
  cusumDown: "f32",
  cusumLitres: "f32",
  cusumUpStartMs: "sec",
  cusumDownStartMs: "sec",
  cusumUpOpenMs: "sec",
  cusumDownOpenMs: "sec",
} as const;
export type CusumState = { -readonly [Name in keyof typeof CUSUM_SCHEMA]: number };

/**
 * Daily volumes that drift from the meter's own: tabular CUSUM of z = (ln(20 + litres) − mean) ÷ deviation, winsorised at 4.
 *
 * Up: k 0.75, h 8; down: k 1, h 12. Mean and variance are exponentially weighted (α = max(0.03, 1/n)) and nearly stand still
 * (α = 0.005) while a sum is beyond half its limit. A finding starts on the day after its sum was last zero and ends when the
 * sum is back below half of h. Null case: 14 days teach; days below 5 L and days with fewer than 22 good hours are skipped.
 * Source: LEAKS 3, detectors 4 and 7.
 */
export function stepCusum(state: CusumState, day: DayVolume): { readonly up: Step; readonly down: Step } {
  const isJudged = day.goodHours >= LEAST_GOOD_HOURS && day.litres >= LEAST_LITRES;
  if (!isJudged) return { up: heldStep(state.cusumUpOpenMs), down: heldStep(state.cusumDownOpenMs) };
  const x = Math.log(20 + (day.litres * 24) / day.goodHours);
  state.cusumLitres = day.litres;
  state.cusumDays++;
  const z = state.cusumDays > LEAST_DAYS ? zOf(state, x) : 0;
  learn(state, x);
  return { up: stepUp(state, z, day), down: stepDown(state, z, day) };
}

/** Litres a day that the meter's own past makes one expect. */
export function expectedLitres(state: CusumState): number {
  return Math.max(0, Math.exp(state.cusumMean) - 20);
}

function heldStep(openMs: number): Step {
  return openMs === 0 ? "none" : "hold";
}

function zOf(state: CusumState, x: number): number {
  const z = (x - state.cusumMean) / Math.max(LEAST_SD, Math.sqrt(state.cusumVariance));
  return Math.max(-WINSOR, Math.min(WINSOR, z));
}

function learn(state: CusumState, x: number): void {
  const isDrifting = state.cusumUp > UP.h / 2 || state.cusumDown > DOWN.h / 2;
  const alpha = isDrifting ? SLOW_ALPHA : Math.max(ALPHA, 1 / state.cusumDays);
  const difference = x - state.cusumMean;
  state.cusumMean += alpha * difference;
  state.cusumVariance = (1 - alpha) * (state.cusumVariance + alpha * difference * difference);
}

function stepUp(state: CusumState, z: number, day: DayVolume): Step {
  if (state.cusumUp === 0) state.cusumUpStartMs = day.startMs;
  state.cusumUp = Math.min(2 * UP.h, Math.max(0, state.cusumUp + z - UP.k));
  if (state.cusumUpOpenMs !== 0) {
    if (state.cusumUp >= UP.h / 2) return "hold";
    state.cusumUpOpenMs = 0;
    return "clear";
  }
  if (state.cusumUp <= UP.h) return "none";
  state.cusumUpOpenMs = state.cusumUpStartMs;
  return "open";
}

function stepDown(state: CusumState, z: number, day: DayVolume): Step {
  if (state.cusumDown === 0) state.cusumDownStartMs = day.startMs;
  state.cusumDown = Math.min(2 * DOWN.h, Math.max(0, state.cusumDown - z - DOWN.k));
  if (state.cusumDownOpenMs !== 0) {
    if (state.cusumDown >= DOWN.h / 2) return "hold";
    state.cusumDownOpenMs = 0;
    return "clear";
  }
  if (state.cusumDown <= DOWN.h) return "none";
  state.cusumDownOpenMs = state.cusumDownStartMs;
  return "open";
}
