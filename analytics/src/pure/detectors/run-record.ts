import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

/** Parameters of the continuous-flow rule. */
export interface RunParameters {
  /** Shortest run that can be a finding, h. */
  readonly leastHours: number;
  /** A run must be this many times as long as the longest of the meter's own past. */
  readonly factor: number;
  /** A run of this length is a finding whatever the record, h. */
  readonly capHours: number;
}

/** Water: LEAKS 3, detector 1, as tuned there. */
export const WATER_RUN: RunParameters = { leastHours: 24, factor: 1.5, capHours: 72 };
/** Gas: heated homes burn for weeks, so the meter's own record counts up to the 30 days of the Japanese safety meter (LEAKS 2.3). */
export const GAS_RUN: RunParameters = { leastHours: 24, factor: 1.5, capHours: 720 };

/** State of the rule for one meter; an episode's start is 0 while nothing is open. */
export const RUN_SCHEMA = {
  runSeen: "u32",
  runHours: "f32",
  runRecord: "f32",
  runUnknown: "f32",
  runFloor: "f32",
  runStartMs: "sec",
  runQuiet: "u8",
  runStops: "u32",
  runOpenMs: "sec",
} as const;
export type RunState = { -readonly [Name in keyof typeof RUN_SCHEMA]: number };

const RECORD_DECAY_PER_HOUR = 0.9999;
/** More hours than this without a good interval end a run: nobody knows whether it went on. */
const UNKNOWN_HOURS = 6;
/** Still hours that end a finding. */
const QUIET_HOURS = 2;

/**
 * Flow that does not stop for longer than this meter ever knew: a run of hours with any movement of at least
 * max(24 h, min(1.5 × own record, cap)); the record fades by 0.01 % an hour.
 *
 * Null case: a meter that has never stood still since its first reading has no record; water is then judged at the cap
 * alone, gas not at all. In the first 14 days the cap alone counts too. Unknown hours pause a run, and more than six of them end it without teaching anything.
 * Source: LEAKS 3, detector 1 (RunRecord); clearing after two still hours as LEAKS' tariff of evidence.
 */
export function stepRun(state: RunState, hour: Flow, parameters: RunParameters): Step {
  if (!hour.isGood) return pauseRun(state);
  state.runUnknown = 0;
  state.runSeen++;
  state.runRecord *= RECORD_DECAY_PER_HOUR;
  return hour.litres > 0 ? flowingHour(state, hour, parameters) : stillHour(state, parameters);
}

/** Hours of unbroken flow from which the meter's run is a finding. */
export function runThreshold(state: RunState, parameters: RunParameters): number {
  if (state.runStops === 0 && parameters === GAS_RUN) return Number.POSITIVE_INFINITY;
  if (state.runStops === 0 || state.runSeen <= WARM_UP_HOURS) return parameters.capHours;
  return Math.max(parameters.leastHours, Math.min(parameters.factor * state.runRecord, parameters.capHours));
}

function pauseRun(state: RunState): Step {
  state.runUnknown++;
  if (state.runUnknown > UNKNOWN_HOURS && state.runOpenMs === 0) state.runHours = 0;
  return state.runOpenMs === 0 ? "none" : "hold";
}

function flowingHour(state: RunState, hour: Flow, parameters: RunParameters): Step {
  state.runQuiet = 0;
  if (state.runHours === 0) {
    state.runStartMs = hour.startMs;
    state.runFloor = hour.litres;
  }
  state.runHours++;
  state.runFloor = Math.min(state.runFloor, hour.litres);
  if (state.runOpenMs !== 0) return "hold";
  if (state.runHours < runThreshold(state, parameters)) return "none";
  state.runOpenMs = state.runStartMs;
  return "open";
}

function stillHour(state: RunState, parameters: RunParameters): Step {
  if (state.runOpenMs !== 0) {
    state.runQuiet++;
    if (state.runQuiet < QUIET_HOURS) return "hold";
  }
  const wasOpen = state.runOpenMs !== 0;
  state.runRecord = Math.max(state.runRecord, Math.min(state.runHours, parameters.capHours));
  state.runStops++;
  state.runHours = 0;
  state.runQuiet = 0;
  state.runOpenMs = 0;
  return wasOpen ? "clear" : "none";
}
