import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

const HOUR_MS = 3_600_000;
/** A tenth of Q3 of a DN 15 meter, L/h; also the limit where Q3 is not known. */
const LEAST_LIMIT_LITRES = 250;
const Q3_SHARE = 0.1;
const FACTOR = 1.5;
const RECORD_DECAY_PER_HOUR = 0.99998;
const QUIET_STEPS = 2;

/** State of the rule for one meter. */
export const BURST_SCHEMA = {
  burstSeenHours: "f32",
  burstPrevious: "f32",
  burstRecord: "f32",
  burstNow: "f32",
  burstQuiet: "u8",
  burstOpenMs: "sec",
} as const;
export type BurstState = { -readonly [Name in keyof typeof BURST_SCHEMA]: number };

/**
 * Two intervals in a row with more flow than this meter ever held: min of both over max(10 % of Q3, 1.5 × own record).
 *
 * The record is the highest such minimum so far, fades by 0.002 % an hour and takes in at most the limit. Null case: the first
 * 14 days of a meter only teach; an unknown interval breaks the pair. Source: LEAKS 3, detector 3 (Burst).
 */
export function stepBurst(state: BurstState, interval: Flow, q3M3h: number | null): Step {
  if (!interval.isGood) {
    state.burstPrevious = 0;
    return state.burstOpenMs === 0 ? "none" : "hold";
  }
  const hours = (interval.endMs - interval.startMs) / HOUR_MS;
  const flow = interval.litres / hours;
  state.burstSeenHours += hours;
  state.burstNow = Math.min(flow, state.burstPrevious);
  state.burstPrevious = flow;
  state.burstRecord *= 1 - (1 - RECORD_DECAY_PER_HOUR) * hours;
  const limit = burstLimit(state, q3M3h);
  if (state.burstSeenHours > WARM_UP_HOURS && state.burstNow > limit) return overLimit(state, interval);
  return belowLimit(state, limit);
}

/** The flow from which a finding opens, L/h. */
export function burstLimit(state: BurstState, q3M3h: number | null): number {
  const ofMeter = q3M3h === null ? LEAST_LIMIT_LITRES : Math.max(LEAST_LIMIT_LITRES, q3M3h * 1000 * Q3_SHARE);
  return Math.max(ofMeter, FACTOR * state.burstRecord);
}

function overLimit(state: BurstState, interval: Flow): Step {
  state.burstQuiet = 0;
  if (state.burstOpenMs !== 0) return "hold";
  state.burstOpenMs = interval.startMs - (interval.endMs - interval.startMs);
  return "open";
}

function belowLimit(state: BurstState, limit: number): Step {
  if (state.burstOpenMs === 0) {
    state.burstRecord = Math.max(state.burstRecord, state.burstNow);
    return "none";
  }
  state.burstQuiet++;
  if (state.burstQuiet < QUIET_STEPS) return "hold";
  state.burstOpenMs = 0;
  state.burstQuiet = 0;
  state.burstRecord = Math.max(state.burstRecord, limit);
  return "clear";
}
