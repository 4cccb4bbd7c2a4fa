import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";
import { countHour, type RunCells, type RunState } from "./flow-run.ts";

const HOUR_MS = 3_600_000;
/** What a gas meter's run is judged by. */
export interface GasRunParameters {
  readonly leastHours: number;
  readonly recordFactor: number;
  /** A run of this length is a finding whatever the record: the 30 days of the Japanese safety meter (LEAKS 2.3), h. */
  readonly capHours: number;
  /** Still hours that end a finding. */
  readonly quietHours: number;
}
/** As documented in `stepRun`. */
export const GAS_RUN_PARAMETERS: GasRunParameters = {
  leastHours: 24,
  recordFactor: 1.5,
  capHours: 720,
  quietHours: 2,
};
const RECORD_DECAY_PER_DAY = 0.9976;
/** More hours than this without a good interval end a run: nobody knows whether it went on. */
const UNKNOWN_HOURS = 6;
/** A record lies in a cell that ends at 255, so it is kept in steps of four hours. */
const HOURS_PER_UNIT = 4;

/**
 * Gas that does not stop for longer than this meter ever burnt: a run of hours with any movement of at least
 * max(24 h, min(1.5 × own record, 30 days)); the record fades by 0.24 % a day. Heated homes burn for weeks, so the record counts.
 *
 * Null case: a meter that has never stood still since its first reading is not judged. In the first 14 days the cap alone
 * counts. Unknown hours pause a run, and more than six of them end it without teaching anything. It lies in the first cells of
 * the runs of a water meter. Source: LEAKS 3, detector 1 (RunRecord); clearing after two still hours as LEAKS' tariff of evidence.
 */
export function stepRun(state: RunState, runs: RunCells, hour: Flow, p: GasRunParameters): Step {
  if (!hour.isGood) return pauseRun(state, runs);
  state.runUnknown = 0;
  countHour(state);
  if (state.hoursSeen % 24 === 0) runs.record.set(0, runs.record.get(0) * RECORD_DECAY_PER_DAY);
  return hour.litres > 0 ? flowingHour(state, runs, hour, p) : stillHour(state, runs, hour, p);
}

/** Hours of unbroken flow from which the meter's run is a finding. */
export function runThreshold(state: RunState, runs: RunCells, p: GasRunParameters): number {
  if (state.runStops === 0) return Number.POSITIVE_INFINITY;
  if (state.hoursSeen <= WARM_UP_HOURS) return p.capHours;
  return Math.max(p.leastHours, Math.min(p.recordFactor * recordHours(runs), p.capHours));
}

/** The longest run of the meter's past, h. */
export function recordHours(runs: RunCells): number {
  return runs.record.get(0) * HOURS_PER_UNIT;
}

function pauseRun(state: RunState, { startMs, isOpen }: RunCells): Step {
  state.runUnknown = Math.min(255, state.runUnknown + 1);
  const opened = isOpen.get(0) === 1;
  if (state.runUnknown > UNKNOWN_HOURS && !opened) startMs.set(0, 0);
  return opened ? "hold" : "none";
}

function flowingHour(state: RunState, runs: RunCells, hour: Flow, p: GasRunParameters): Step {
  const { floor, startMs, quiet, isOpen } = runs;
  quiet.set(0, 0);
  if (startMs.get(0) === 0) {
    startMs.set(0, hour.startMs);
    floor.set(0, hour.litres);
  }
  floor.set(0, Math.min(floor.get(0), hour.litres));
  if (isOpen.get(0) === 1) return "hold";
  if ((hour.endMs - startMs.get(0)) / HOUR_MS < runThreshold(state, runs, p)) return "none";
  isOpen.set(0, 1);
  return "open";
}

function stillHour(state: RunState, runs: RunCells, hour: Flow, p: GasRunParameters): Step {
  const { record, startMs, quiet, isOpen } = runs;
  const wasOpen = isOpen.get(0) === 1;
  if (wasOpen) {
    quiet.set(0, quiet.get(0) + 1);
    if (quiet.get(0) < p.quietHours) return "hold";
  }
  const hours = startMs.get(0) === 0 ? 0 : (hour.startMs - startMs.get(0)) / HOUR_MS;
  record.set(0, Math.max(record.get(0), Math.min(hours, p.capHours) / HOURS_PER_UNIT));
  state.runStops = 1;
  startMs.set(0, 0);
  quiet.set(0, 0);
  isOpen.set(0, 0);
  return wasOpen ? "clear" : "none";
}
