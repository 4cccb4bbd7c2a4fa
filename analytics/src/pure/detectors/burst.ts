import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

const HOUR_MS = 3_600_000;
/** What a burst is judged by. */
export interface BurstParameters {
  /** A tenth of Q3 of a DN 15 meter, L/h; also the limit where Q3 is not known. */
  readonly leastLitresPerHour: number;
  readonly q3Share: number;
  /** One interval alone must be this many times that. */
  readonly aloneFactor: number;
  /** Above the meter's own highest: one interval or two in a row, and three in a row. */
  readonly recordFactor: number;
  readonly threeFactor: number;
  /** Intervals below the limit that end a finding. */
  readonly quietIntervals: number;
}
/** As tuned on leak-bench. */
export const BURST_PARAMETERS: BurstParameters = {
  leastLitresPerHour: 250,
  q3Share: 0.1,
  aloneFactor: 2,
  recordFactor: 2,
  threeFactor: 1.2,
  quietIntervals: 2,
};
const RECORD_DECAY_PER_HOUR = 0.99998;
/** After so long a standstill one interval may be what a register that hung shows at once. */
const FROZEN_HOURS = 24;

/** What the rules of the hour know: good hours seen, and still hours since the last movement. */
type Hours = { readonly hoursSeen: number; readonly runStops: number };

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
 * take in at most the limit. Null case: the first 14 days of a meter only teach; an unknown interval breaks the row; one interval
 * after a day of standstill neither finds nor teaches.
 * Source: LEAKS 3, detector 3 (Burst), in three stages.
 */
export function stepBurst(state: BurstState & Hours, interval: Flow, q3M3h: number | null, p: BurstParameters): Step {
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
  if (state.burstOpenMs !== 0) return openStep(state, flow, q3M3h, p);
  const long = burstIntervals(state, flow, two, three, meterLimit(q3M3h, p), p);
  if (long === 1 && state.runStops >= FROZEN_HOURS) return "none";
  if (long > 0 && state.hoursSeen >= WARM_UP_HOURS) return opened(state, interval, long);
  state.burstPeak = Math.max(state.burstPeak, flow);
  state.burstRecord = Math.max(state.burstRecord, two);
  return "none";
}

/** The flow below which a finding ends, and from which three intervals in a row open it, L/h. */
export function burstLimit(state: BurstState, q3M3h: number | null, p: BurstParameters): number {
  return Math.max(meterLimit(q3M3h, p), p.threeFactor * state.burstRecord);
}

/** Flow that the last two intervals both held, L/h. */
export function burstNow(state: BurstState): number {
  return state.burstBefore === 0 ? state.burstPrevious : Math.min(state.burstBefore, state.burstPrevious);
}

function meterLimit(q3M3h: number | null, { leastLitresPerHour, q3Share }: BurstParameters): number {
  return q3M3h === null ? leastLitresPerHour : Math.max(leastLitresPerHour, q3M3h * 1000 * q3Share);
}

/** How many intervals in a row make it a burst; 0 when it is none. */
function burstIntervals(
  state: BurstState,
  flow: number,
  two: number,
  three: number,
  limit: number,
  p: BurstParameters,
): number {
  if (three > Math.max(limit, p.threeFactor * state.burstRecord)) return 3;
  if (two > Math.max(limit, p.recordFactor * state.burstRecord)) return 2;
  return flow > Math.max(p.aloneFactor * limit, p.recordFactor * state.burstPeak) ? 1 : 0;
}

function opened(state: BurstState, { startMs, endMs }: Flow, intervals: number): Step {
  state.burstQuiet = 0;
  state.burstOpenMs = startMs - (intervals - 1) * (endMs - startMs);
  return "open";
}

function openStep(state: BurstState, flow: number, q3M3h: number | null, p: BurstParameters): Step {
  const limit = burstLimit(state, q3M3h, p);
  state.burstQuiet = flow > limit ? 0 : state.burstQuiet + 1;
  if (state.burstQuiet < p.quietIntervals) return "hold";
  state.burstOpenMs = 0;
  state.burstQuiet = 0;
  state.burstRecord = Math.max(state.burstRecord, limit);
  state.burstPeak = Math.max(state.burstPeak, p.recordFactor * state.burstPeak, p.aloneFactor * meterLimit(q3M3h, p));
  return "clear";
}
