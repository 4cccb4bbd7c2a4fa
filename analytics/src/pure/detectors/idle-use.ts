import type { Flow, Step } from "./flow.ts";

const DAY_MS = 86_400_000;

/** What use that nobody pays for is judged by. */
export interface IdleParameters {
  /** Litres until it is a finding: a reader who flushes the pipe is none. */
  readonly leastLitres: number;
  /** Days without use that end a finding. */
  readonly quietDays: number;
}
/** A bath; a week without use. */
export const IDLE_PARAMETERS: IdleParameters = { leastLitres: 50, quietDays: 7 };

/** State of the rule for one meter: what was used since it first was. */
export const IDLE_SCHEMA = {
  idleLitres: "f32",
  idleSinceMs: "sec",
  idleLastMs: "sec",
  idleIsOpen: "u8",
} as const;
/** The state as the rule reads and writes it. */
export type IdleState = { -readonly [Name in keyof typeof IDLE_SCHEMA]: number };

/**
 * Use where there should be none: the account or the service point is suspended or closed, and its meter counts.
 *
 * Good intervals from the day on since which the registry says so are summed; a finding from 50 L on, until a week without use, or
 * until the point is active again. A week without use also forgets what was less than a finding.
 *
 * Null case: active points; intervals before it was suspended; intervals that are not good. Source: DOMAIN 3.4 USE_INACTIVE;
 * Itron's UsageInactive, Neptune's soft-disconnect report.
 */
export function stepIdle(state: IdleState, interval: Flow, inactiveSinceMs: number | null, p: IdleParameters): Step {
  if (inactiveSinceMs === null) return ended(state);
  if (!interval.isGood || interval.startMs < inactiveSinceMs) return state.idleIsOpen === 1 ? "hold" : "none";
  if (interval.litres > 0) return used(state, interval, p);
  if (interval.endMs - state.idleLastMs >= p.quietDays * DAY_MS) return ended(state);
  return state.idleIsOpen === 1 ? "hold" : "none";
}

function used(state: IdleState, { startMs, endMs, litres }: Flow, p: IdleParameters): Step {
  if (state.idleLitres === 0) state.idleSinceMs = startMs;
  state.idleLitres += litres;
  state.idleLastMs = endMs;
  if (state.idleIsOpen === 1) return "hold";
  if (state.idleLitres < p.leastLitres) return "none";
  state.idleIsOpen = 1;
  return "open";
}

function ended(state: IdleState): Step {
  const wasOpen = state.idleIsOpen === 1;
  state.idleLitres = 0;
  state.idleIsOpen = 0;
  return wasOpen ? "clear" : "none";
}
