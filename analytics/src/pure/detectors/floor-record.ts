import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

/** Hours whose minimum is the floor. */
export const FLOOR_WINDOW = 12;
const FACTOR = 3;
const MARGIN_LITRES = 6;
const RECORD_DECAY_PER_HOUR = 0.99995;
/** A floor that stays up this long is the customer's new normal, h. */
const ACCEPT_HOURS = 14 * 24;
const UNKNOWN_HOURS = 6;
const QUIET_HOURS = 2;

/** State of the rule for one meter; the last hours themselves lie in a ring beside it. */
export const FLOOR_SCHEMA = {
  floorSeen: "u32",
  floorFilled: "u32",
  floorRecord: "f32",
  floorNow: "f32",
  floorUnknown: "u8",
  floorOver: "f32",
  floorQuiet: "u8",
  floorOpenMs: "sec",
} as const;
export type FloorState = { -readonly [Name in keyof typeof FLOOR_SCHEMA]: number };

/** The ring of the last FLOOR_WINDOW good hours. */
export interface FloorRing {
  get(index: number): number;
  set(index: number, litres: number): void;
}

/**
 * A floor higher than this meter ever knew: the least of the last 12 hours over 3 × own record + 6 L/h.
 *
 * The record takes in every floor below the limit and fades by 0.005 % an hour; a floor above it becomes the record, and
 * the finding ends, after 14 days. Null case: the first 14 days of a meter only teach. Unknown hours are left out, and
 * more than six in a row empty the window. Source: LEAKS 3, detector 2 (FloorRecord).
 */
export function stepFloor(state: FloorState, ring: FloorRing, hour: Flow): Step {
  if (!hour.isGood) return pauseFloor(state);
  state.floorUnknown = 0;
  state.floorSeen++;
  ring.set(state.floorFilled % FLOOR_WINDOW, hour.litres);
  state.floorFilled++;
  if (state.floorFilled < FLOOR_WINDOW) return "none";
  state.floorNow = leastOf(ring);
  if (state.floorSeen > WARM_UP_HOURS && state.floorNow > floorLimit(state)) return overLimit(state, hour);
  return belowLimit(state);
}

/** The floor from which a finding opens, L/h. */
export function floorLimit(state: FloorState): number {
  return FACTOR * state.floorRecord + MARGIN_LITRES;
}

function leastOf(ring: FloorRing): number {
  let least = ring.get(0);
  for (let i = 1; i < FLOOR_WINDOW; i++) least = Math.min(least, ring.get(i));
  return least;
}

function pauseFloor(state: FloorState): Step {
  state.floorUnknown = Math.min(255, state.floorUnknown + 1);
  if (state.floorUnknown > UNKNOWN_HOURS) state.floorFilled = 0;
  return state.floorOpenMs === 0 ? "none" : "hold";
}

function overLimit(state: FloorState, hour: Flow): Step {
  state.floorQuiet = 0;
  state.floorOver++;
  if (state.floorOver >= ACCEPT_HOURS) {
    state.floorRecord = state.floorNow;
    return belowLimit(state, QUIET_HOURS);
  }
  if (state.floorOpenMs !== 0) return "hold";
  state.floorOpenMs = hour.endMs - FLOOR_WINDOW * 3_600_000;
  return "open";
}

function belowLimit(state: FloorState, quiet = 1): Step {
  state.floorRecord = Math.max(state.floorRecord * RECORD_DECAY_PER_HOUR, state.floorNow);
  state.floorQuiet = Math.min(255, state.floorQuiet + quiet);
  if (state.floorOpenMs === 0) {
    state.floorOver = 0;
    return "none";
  }
  if (state.floorQuiet < QUIET_HOURS) return "hold";
  state.floorOpenMs = 0;
  state.floorOver = 0;
  return "clear";
}
