import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

const HOUR_MS = 3_600_000;
/** A tenth of Q3 of a DN 15 meter, L/h; also the limit where Q3 is not known. */
const LEAST_LIMIT_LITRES = 250;
const Q3_SHARE = 0.1;
/** One interval alone must be twice that. */
const ALONE_FACTOR = 2;
/** Above the meter's own highest: one interval or two in a row, and three in a row. */
const FACTOR = 2;
const THREE_FACTOR = 1.2;
const RECORD_DECAY_PER_HOUR = 0.99998;
const QUIET_STEPS = 2;

/** State of the rule for one meter. Flows in L/h. */
export const BURST_SCHEMA = {
  burstBefore: "f32",
  burstPrevious: "f32",
  /** The highest single interval of its past, and the highest that two in a row held. */
  burstPeak: "f32",
  burstRecord: "f32",
  burstQuiet: "u8",
  burstOpenMs: "sec",
} as const;
export type BurstState = { -readonly [Name in keyof typeof BURST_SCHEMA]: number };

/**
 * More flow than this meter ever held: one interval over max(20 % of Q3, 2 × own peak), two in a row over
 * max(10 % of Q3, 2 × own record), or three in a row over max(10 % of Q3, 1.2 × own record).
 *
 * The peak is the highest interval so far, the record the highest flow that two in a row held; both fade by 0.002 % an hour and
 * take in at most the limit. Null case: the first 14 days of a meter only teach; an unknown interval breaks the row.
 * Source: LEAKS 3, detector 3 (Burst), in three stages.
 */
export function stepBurst(
  state: BurstState & { readonly hoursSeen: number },
  interval: Flow,
  q3M3h: number | null,
): Step {
  if (!interval.isGood) {
    state.burstPrevious = 0;
    state.burstBefore = 0;
    return state.burstOpenMs === 0 ? "none" : "hold";
  }
  const hours = (interval.endMs - interval.startMs) / HOUR_MS;
  const flow = interval.litres / hours;
  const two = Math.min(flow, state.burstPrevious);
  const three = Math.min(two, state.burstBefore);
  state.burstBefore = state.burstPrevious;
  state.burstPrevious = flow;
  const decay = 1 - (1 - RECORD_DECAY_PER_HOUR) * hours;
  state.burstPeak *= decay;
  state.burstRecord *= decay;
  if (state.burstOpenMs !== 0) return openStep(state, flow, q3M3h);
  const long = burstIntervals(state, flow, two, three, q3M3h);
  if (long > 0 && state.hoursSeen >= WARM_UP_HOURS) return opened(state, interval, long);
  state.burstPeak = Math.max(state.burstPeak, flow);
  state.burstRecord = Math.max(state.burstRecord, two);
  return "none";
}

/** The flow below which a finding ends, and from which three intervals in a row open it, L/h. */
export function burstLimit(state: BurstState, q3M3h: number | null): number {
  return Math.max(meterLimit(q3M3h), THREE_FACTOR * state.burstRecord);
}

/** Flow that the last two intervals both held, L/h. */
export function burstNow(state: BurstState): number {
  return state.burstBefore === 0 ? state.burstPrevious : Math.min(state.burstBefore, state.burstPrevious);
}

function meterLimit(q3M3h: number | null): number {
  return q3M3h === null ? LEAST_LIMIT_LITRES : Math.max(LEAST_LIMIT_LITRES, q3M3h * 1000 * Q3_SHARE);
}

/** How many intervals in a row make it a burst; 0 when it is none. */
function burstIntervals(state: BurstState, flow: number, two: number, three: number, q3M3h: number | null): number {
  const limit = meterLimit(q3M3h);
  if (three > Math.max(limit, THREE_FACTOR * state.burstRecord)) return 3;
  if (two > Math.max(limit, FACTOR * state.burstRecord)) return 2;
  return flow > Math.max(ALONE_FACTOR * limit, FACTOR * state.burstPeak) ? 1 : 0;
}

function opened(state: BurstState, { startMs, endMs }: Flow, intervals: number): Step {
  state.burstQuiet = 0;
  state.burstOpenMs = startMs - (intervals - 1) * (endMs - startMs);
  return "open";
}

function openStep(state: BurstState, flow: number, q3M3h: number | null): Step {
  const limit = burstLimit(state, q3M3h);
  state.burstQuiet = flow > limit ? 0 : state.burstQuiet + 1;
  if (state.burstQuiet < QUIET_STEPS) return "hold";
  state.burstOpenMs = 0;
  state.burstQuiet = 0;
  state.burstRecord = Math.max(state.burstRecord, limit);
  state.burstPeak = Math.max(state.burstPeak, FACTOR * state.burstPeak, ALONE_FACTOR * meterLimit(q3M3h));
  return "clear";
}
