import type { Flow, Step } from "./flow.ts";

const LEAST_HOURS = 240;
const FACTOR = 2;
const CAP_HOURS = 504;

/** State of the rule for one meter. */
export const ZERO_SCHEMA = {
  zeroHours: "f32",
  zeroRecord: "f32",
  zeroFlowHours: "f32",
  zeroStartMs: "sec",
  zeroOpenMs: "sec",
} as const;
export type ZeroState = { -readonly [Name in keyof typeof ZERO_SCHEMA]: number };

/**
 * A register that stands still for longer than this meter ever did: max(240 h, min(2 × own record, 504 h)).
 *
 * Null case: silent until the meter has shown 24 hours with flow. An unknown hour breaks a count that is not yet a finding and
 * leaves an open one as it is. Source: LEAKS 3, detector 6 (ZeroRun).
 */
export function stepZero(state: ZeroState, hour: Flow): Step {
  const isOpen = state.zeroOpenMs !== 0;
  if (!hour.isGood) {
    if (!isOpen) state.zeroHours = 0;
    return isOpen ? "hold" : "none";
  }
  if (hour.litres > 0) return flowAgain(state, isOpen);
  if (state.zeroHours === 0) state.zeroStartMs = hour.startMs;
  state.zeroHours++;
  if (isOpen) return "hold";
  if (state.zeroFlowHours < 24 || state.zeroHours < zeroThreshold(state)) return "none";
  state.zeroOpenMs = state.zeroStartMs;
  return "open";
}

/** Hours of standstill from which it is a finding. */
export function zeroThreshold(state: ZeroState): number {
  return Math.max(LEAST_HOURS, Math.min(FACTOR * state.zeroRecord, CAP_HOURS));
}

function flowAgain(state: ZeroState, wasOpen: boolean): Step {
  state.zeroFlowHours = Math.min(1000, state.zeroFlowHours + 1);
  state.zeroRecord = Math.max(state.zeroRecord, state.zeroHours);
  state.zeroHours = 0;
  state.zeroOpenMs = 0;
  return wasOpen ? "clear" : "none";
}
