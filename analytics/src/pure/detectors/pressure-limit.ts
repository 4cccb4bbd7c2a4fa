import type { Step } from "./flow.ts";

/** What a limit of a gauge is judged by. */
export interface PressureParameters {
  readonly limitKPa: number;
  /** A limit must be left for this long: Bentley WaterSight recommends half an hour for pressure (DOMAIN 2.2), min. */
  readonly heldMinutes: number;
}
/** Least service pressure; an unverified default. */
export const PRESS_LOW_PARAMETERS: PressureParameters = { limitKPa: 140, heldMinutes: 30 };
/** Most that fittings should bear; an unverified default. */
export const PRESS_HIGH_PARAMETERS: PressureParameters = { limitKPa: 800, heldMinutes: 30 };

/** What a regulator's outlet is judged by. */
export interface DropParameters {
  /** An outlet below this share of its own level is a drop; above the other it is over. */
  readonly dropShare: number;
  readonly overShare: number;
  readonly heldMinutes: number;
}
/** Shares are ours. */
export const DROP_PARAMETERS: DropParameters = { dropShare: 0.7, overShare: 0.85, heldMinutes: 30 };

const MINUTE_MS = 60_000;
/** A finding ends this far inside the limit. */
const HYSTERESIS_KPA = 10;
const LEVEL_ALPHA = 0.01;
const LEARN_READINGS = 96;
/** Readings further apart than this say nothing of the time between. */
const LONGEST_GAP_MS = 2 * 3_600_000;

/** State of one limit of one gauge; instants in epoch ms, 0 for none. */
export interface LimitState {
  outSinceMs: number;
  inSinceMs: number;
  openMs: number;
  lastMs: number;
}

/** A limit that was never left. */
export function newLimitState(): LimitState {
  return { outSinceMs: 0, inSinceMs: 0, openMs: 0, lastMs: 0 };
}

/** State of a regulator's outlet. */
export interface DropState extends LimitState {
  level: number;
  readings: number;
}

/** An outlet that nothing is known of. */
export function newDropState(): DropState {
  return { ...newLimitState(), level: 0, readings: 0 };
}

/**
 * Absolute pressure limit of a gauge: outside for half an hour, by two readings at least, opens a finding; half an hour 10 kPa inside
 * ends it. Null case: one reading alone, readings more than two hours apart, a value that is no finite number.
 * Source: DOMAIN 2.2 (WaterSight's absolute alerts), 3.4 PRESS_LOW and PRESS_HIGH.
 */
export function stepPressureLimit(
  state: LimitState,
  kPa: number,
  atMs: number,
  side: "low" | "high",
  { limitKPa, heldMinutes }: PressureParameters,
): Step {
  if (!Number.isFinite(kPa)) return "none";
  const beyond = side === "low" ? limitKPa - kPa : kPa - limitKPa;
  return stepHeld(state, atMs, heldMinutes * MINUTE_MS, beyond > 0, beyond < -HYSTERESIS_KPA);
}

/**
 * Pressure drop at a gas regulator's outlet: below 70 % of its own exponentially weighted level for half an hour, over above 85 %. The
 * level learns from readings above 85 % of it only. Null case: the first 96 readings, levels of nothing.
 * Source: LEAKS 2.3 (pressure drop in Japanese meters), DOMAIN 3.4 GAS_P_DROP; shares are ours.
 */
export function stepPressureDrop(state: DropState, kPa: number, atMs: number, p: DropParameters): Step {
  if (!Number.isFinite(kPa)) return "none";
  const isLearning = state.readings < LEARN_READINGS;
  const share = state.level > 0 ? kPa / state.level : 1;
  if (isLearning || share > p.overShare) {
    state.readings++;
    state.level += Math.max(LEVEL_ALPHA, 1 / state.readings) * (kPa - state.level);
  }
  if (isLearning) return "none";
  return stepHeld(state, atMs, p.heldMinutes * MINUTE_MS, share < p.dropShare, share > p.overShare);
}

function stepHeld(state: LimitState, atMs: number, heldMs: number, isOut: boolean, isIn: boolean): Step {
  const isGap = state.lastMs !== 0 && atMs - state.lastMs > LONGEST_GAP_MS;
  state.lastMs = atMs;
  if (!isOut || isGap) state.outSinceMs = 0;
  if (!isIn || isGap) state.inSinceMs = 0;
  if (isOut && state.outSinceMs === 0) state.outSinceMs = atMs;
  if (isIn && state.inSinceMs === 0) state.inSinceMs = atMs;
  if (state.openMs === 0) return isOut && atMs - state.outSinceMs >= heldMs ? openAt(state) : "none";
  if (!isIn || atMs - state.inSinceMs < heldMs) return "hold";
  state.openMs = 0;
  return "clear";
}

function openAt(state: LimitState): Step {
  state.openMs = state.outSinceMs;
  return "open";
}
