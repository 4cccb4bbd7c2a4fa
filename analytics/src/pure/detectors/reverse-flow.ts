import type { Step } from "./flow.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WORD = 4_294_967_296;
/** Falls of a register that only counts up, until they are no misread digit. */
const LEAST_FALLS = 3;

/** What water that runs back is judged by. */
export interface ReverseParameters {
  /** Litres that ran back until it is a finding; less is a pressure wave against the wheel. */
  readonly leastLitres: number;
  /** And litres a day, as a share of what the meter counts in a usual day. */
  readonly leastShare: number;
  /** Days without more that end a finding. */
  readonly quietDays: number;
}
/** Half an hour of an open tap; a twentieth of the day is beyond what check valves let pass. */
export const REVERSE_PARAMETERS: ReverseParameters = { leastLitres: 20, leastShare: 0.05, quietDays: 3 };

/** State of the rule for one meter: where its reverse register stood, and what ran back since it began to. */
export const REVERSE_SCHEMA = {
  reverseCounts: "i64",
  reverseAtMs: "sec",
  backLitres: "f32",
  backSinceMs: "sec",
  backLastMs: "sec",
  backMoves: "u8",
  backIsOpen: "u8",
} as const;
/** The rule's state without the register. */
export interface BackflowState {
  backLitres: number;
  backSinceMs: number;
  backLastMs: number;
  backMoves: number;
  backIsOpen: number;
}
/** State of a meter's reverse register. */
export interface ReverseRegister {
  reverseCountsHigh: number;
  reverseCountsLow: number;
  reverseAtMs: number;
}

/** One good reading of a reverse register, and what the registry says of it. */
export interface ReverseReading {
  readonly readAtMs: number;
  readonly countsHigh: number;
  readonly countsLow: number;
  readonly litresPerCount: number;
  /** More than this cannot have passed in an hour (Q4), litres; null when not known. */
  readonly mostLitresPerHour: number | null;
}

/** Litres that a reverse register counted since its last good reading: 0 for the first one, one that came late, and across a fall or a leap. */
export function litresBack(state: ReverseRegister, reading: ReverseReading): number {
  const { readAtMs, countsHigh, countsLow, litresPerCount, mostLitresPerHour } = reading;
  const beforeMs = state.reverseAtMs;
  if (beforeMs !== 0 && readAtMs <= beforeMs) return 0;
  const counts = (countsHigh - state.reverseCountsHigh) * WORD + (countsLow - state.reverseCountsLow);
  state.reverseAtMs = readAtMs;
  state.reverseCountsHigh = countsHigh;
  state.reverseCountsLow = countsLow;
  const litres = counts * litresPerCount;
  const most =
    mostLitresPerHour === null ? Number.POSITIVE_INFINITY : (mostLitresPerHour * (readAtMs - beforeMs)) / HOUR_MS;
  return beforeMs === 0 || litres < 0 || litres > most + litresPerCount ? 0 : litres;
}

/** Adds what ran back between two instants; what lies more than a day behind, and was no finding, is forgotten. */
export function noteBackflow(state: BackflowState, litres: number, sinceMs: number, atMs: number): void {
  if (state.backIsOpen === 0 && sinceMs - state.backLastMs > DAY_MS) state.backLitres = 0;
  if (state.backLitres === 0) {
    state.backSinceMs = sinceMs;
    state.backMoves = 0;
  }
  state.backLitres += litres;
  state.backLastMs = atMs;
  state.backMoves = Math.min(255, state.backMoves + 1);
}

/**
 * Water that runs back from the customer into the network (backflow), or a meter that was turned round.
 *
 * What the reverse register counts, or by what a net register falls, or (without either) by what a register that only counts up
 * falls three times and more by at most ten counts, is summed while less than a day lies between two movements. It is a finding
 * from 20 L on, when that is also 5 % of what the meter counts in a usual day; until three days without more.
 *
 * Null case: a first, late or repeated reading, one across a fall, and more than Q4 lets through say nothing; a fall of more than
 * ten counts is a new register or a slip (intervals). Source: DOMAIN 3.4 REVERSE; Itron's ReverseFlow (volume below a negative threshold), Neptune's backflow (two grades by volume).
 */
export function stepReverse(
  state: BackflowState,
  atMs: number,
  usualLitres: number,
  isFallOfForward: boolean,
  p: ReverseParameters,
): Step {
  if (state.backIsOpen === 1) {
    if (atMs - state.backLastMs < p.quietDays * DAY_MS) return "hold";
    state.backIsOpen = 0;
    state.backLitres = 0;
    return "clear";
  }
  if (state.backLitres < p.leastLitres || (isFallOfForward && state.backMoves < LEAST_FALLS)) return "none";
  if (litresADay(state) < p.leastShare * usualLitres) return "none";
  state.backIsOpen = 1;
  return "open";
}

/** Litres a day that ran back, over one day at least. */
export function litresADay(state: BackflowState): number {
  return state.backLitres / Math.max(1, (state.backLastMs - state.backSinceMs) / DAY_MS);
}
