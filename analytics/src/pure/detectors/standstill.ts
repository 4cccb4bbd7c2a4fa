import { type DayVolume, wholeDay } from "./day.ts";
import type { Step } from "./flow.ts";
import { expectedLitres, isVolumeKnown, type VolumeState } from "./volume-cusum.ts";

/** What a standstill is judged by. */
export interface StillParameters {
  readonly leastDays: number;
  readonly recordFactor: number;
  /** A day below this share of the usual one, or below these litres, counts as still: a stuck wheel still creeps. */
  readonly stillShare: number;
  readonly stillLitres: number;
}
/** As tuned on leak-bench. */
export const STILL_PARAMETERS: StillParameters = { leastDays: 14, recordFactor: 2, stillShare: 0.05, stillLitres: 3 };
const RECORD_DECAY = 0.998;
const LEAST_GOOD_HOURS = 12;

/** State of the rule for one meter. */
export const STILL_SCHEMA = {
  stillDays: "u16",
  stillRecord: "q8",
  stillStartMs: "sec",
  stillIsOpen: "u8",
} as const;
export type StillState = { -readonly [Name in keyof typeof STILL_SCHEMA]: number };

/**
 * A register that stands still for longer than this place is ever empty: max(14 days, 2 × own record of still days).
 *
 * A still day has less than 5 % of the meter's usual day, or less than 3 L. The record fades by 0.2 % a day and learns of a
 * finding only the length at which it was one, so that an exchanged meter is found again. A second home that is empty for
 * months is judged by its own months. Null case: silent until 14 days have shown what is usual; days with fewer than 12 good
 * hours neither count nor end anything; while many meters of its agent or district stand still since the same day they are one
 * finding (engine-standstill.ts) and it is none. Source: LEAKS 3, detector 6 (ZeroRun), by days of volume instead of zero hours.
 */
export function stepStill(
  state: StillState & VolumeState,
  day: DayVolume,
  p: StillParameters,
  isAlone: (stillSinceMs: number) => boolean,
): Step {
  const isOpen = state.stillIsOpen === 1;
  if (day.goodHours < LEAST_GOOD_HOURS) return isOpen ? "hold" : "none";
  const limit = stillLimit(state, p);
  state.stillRecord *= RECORD_DECAY;
  const leastLitres = Math.max(p.stillLitres, p.stillShare * usualLitres(state));
  if (wholeDay(day) >= leastLitres) return usedDay(state, limit, isOpen);
  if (state.stillDays === 0) state.stillStartMs = day.startMs;
  state.stillDays++;
  if (isOpen) return "hold";
  if (!isVolumeKnown(state) || state.stillDays < limit || !isAlone(state.stillStartMs)) return "none";
  state.stillIsOpen = 1;
  return "open";
}

/** A closed or suspended point stands still as it should: no finding, and nothing to learn from. */
export function restStill(state: StillState): Step {
  const wasOpen = state.stillIsOpen === 1;
  state.stillDays = 0;
  state.stillIsOpen = 0;
  return wasOpen ? "clear" : "none";
}

/** Still days from which it is a finding. */
export function stillLimit(state: StillState, p: StillParameters): number {
  return Math.max(p.leastDays, p.recordFactor * state.stillRecord);
}

function usualLitres(state: VolumeState): number {
  return isVolumeKnown(state) ? expectedLitres(state) : 0;
}

function usedDay(state: StillState, limit: number, wasOpen: boolean): Step {
  state.stillRecord = Math.max(state.stillRecord, wasOpen ? Math.min(state.stillDays, limit) : state.stillDays);
  state.stillDays = 0;
  state.stillIsOpen = 0;
  return wasOpen ? "clear" : "none";
}
