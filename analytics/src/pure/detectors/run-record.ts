import type { DutyState } from "./duty.ts";
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
  /** The same for flows that never fall below 200 and 1000 L/h: the more flows, the sooner. */
  readonly middleHours: number;
  readonly highHours: number;
  /** For these bands a run must be so much longer than the longest. */
  readonly bandFactor: number;
}
/** Flows, L/h, that a run never falls below: any at all, more than a ring burns, more than a water heater's mean. */
export const GAS_BANDS = [0, 200, 1000] as const;
/** An hour goes on with a run of the higher bands while it is within this share of its first hour. */
const CONSTANT_SHARE = 0.1;
/** Beyond so many heating degrees of the day before, boilers run at their most for hours: the higher bands say nothing. */
const COLD_DEGREES = 13;
/** State of one gas meter's runs; `dutyScore` holds the heating degrees of the day before. */
export type GasRunState = RunState & Pick<DutyState, "dutyScore">;
/** A band is judged once so many runs of it have ended: a new boiler is no fault. */
const KNOWN_RUNS = 5;
/** As documented in `stepRun`. */
export const GAS_RUN_PARAMETERS: GasRunParameters = {
  leastHours: 24,
  recordFactor: 1.5,
  capHours: 720,
  quietHours: 2,
  middleHours: 16,
  highHours: 8,
  bandFactor: 2,
};
const RECORD_DECAY_PER_DAY = 0.9976;
/** More hours than this without a good interval end a run: nobody knows whether it went on. */
const UNKNOWN_HOURS = 6;
/** A record lies in a cell that ends at 255, so it is kept in steps of four hours. */
const HOURS_PER_UNIT = 4;

/**
 * Gas that does not stop for longer than this meter ever burnt: a run of hours with any movement of at least
 * max(24 h, min(1.5 × own record, 30 days)); the record fades by 0.24 % a day. Heated homes burn for weeks, so the record counts.
 * Beside it run hours of one constant flow (within 10 %) of at least 200 and of at least 1000 L/h, each against its own record (twice it):
 * max(16 h, …) and max(8 h, …). Heating follows the weather and changes; what is left open does not.
 *
 * Null case: a meter that has never stood still since its first reading is not judged; in the first 14 days the cap alone
 * counts; a higher band is not judged until its runs have ended five times, nor after
 * a day below 5 °C on average where the air is measured. Unknown hours pause a run, and more than six of them end it
 * without teaching anything. It lies in the cells of the runs of a water meter; `floorOpenMs` is when the open finding began.
 * Source: LEAKS 3, detector 1 (RunRecord); LEAKS 2.3, flow-banded time limits (Tokyo Gas, JPH1073466A) and 30 days without a stop;
 * bands and hours are ours. Clearing after two still hours as LEAKS' tariff of evidence.
 */
export function stepRun(state: GasRunState, runs: RunCells, hour: Flow, p: GasRunParameters): Step {
  const wasOpen = state.floorOpenMs !== 0;
  if (!hour.isGood) return pauseRuns(state, runs);
  state.runUnknown = 0;
  countHour(state);
  for (let band = 0; band < GAS_BANDS.length; band++) stepBand(state, runs, band, hour, p);
  const band = openBand(runs);
  if (band < 0) state.floorOpenMs = 0;
  else if (!wasOpen) state.floorOpenMs = runs.startMs.get(band);
  if (band >= 0) return wasOpen ? "hold" : "open";
  return wasOpen ? "clear" : "none";
}

/** The highest band whose run is a finding; -1 when none is. */
export function openBand({ isOpen }: RunCells): number {
  for (let band = GAS_BANDS.length - 1; band >= 0; band--) if (isOpen.get(band) === 1) return band;
  return -1;
}

/** Hours of unbroken flow from which a run of a band is a finding. */
export function runThreshold(state: GasRunState, runs: RunCells, p: GasRunParameters, band = 0): number {
  if (band === 0 && state.runStops === 0) return Number.POSITIVE_INFINITY;
  if (state.hoursSeen <= WARM_UP_HOURS) return band === 0 ? p.capHours : Number.POSITIVE_INFINITY;
  if (band === 0) return Math.max(p.leastHours, Math.min(p.recordFactor * recordHours(runs), p.capHours));
  if (runs.score.get(band) < KNOWN_RUNS || state.dutyScore > COLD_DEGREES) return Number.POSITIVE_INFINITY;
  return Math.max(
    band === 1 ? p.middleHours : p.highHours,
    Math.min(p.bandFactor * recordHours(runs, band), p.capHours),
  );
}

/** The longest run of a band of the meter's past, h. */
export function recordHours(runs: RunCells, band = 0): number {
  return runs.record.get(band) * HOURS_PER_UNIT;
}

function pauseRuns(state: GasRunState, { startMs, isOpen }: RunCells): Step {
  state.runUnknown = Math.min(255, state.runUnknown + 1);
  if (state.runUnknown > UNKNOWN_HOURS)
    for (let band = 0; band < GAS_BANDS.length; band++) if (isOpen.get(band) === 0) startMs.set(band, 0);
  return state.floorOpenMs !== 0 ? "hold" : "none";
}

function stepBand(state: GasRunState, runs: RunCells, band: number, hour: Flow, p: GasRunParameters): void {
  if (state.hoursSeen % 24 === 0) runs.record.set(band, runs.record.get(band) * RECORD_DECAY_PER_DAY);
  const isFlowing = band === 0 ? hour.litres > 0 : hour.litres >= (GAS_BANDS[band] ?? 0);
  if (isFlowing && !isOther(runs, band, hour)) {
    flowingHour(state, runs, band, hour, p);
    return;
  }
  stillHour(state, runs, band, hour, p);
  // Another flow begins another run, unless a finding waits for its second quiet hour.
  if (isFlowing && runs.startMs.get(band) === 0) flowingHour(state, runs, band, hour, p);
}

/** Whether an hour's flow is another one than that of the run under way. */
function isOther({ startMs, floor }: RunCells, band: number, hour: Flow): boolean {
  if (band === 0 || startMs.get(band) === 0) return false;
  return Math.abs(hour.litres - floor.get(band)) > CONSTANT_SHARE * floor.get(band);
}

function flowingHour(state: GasRunState, runs: RunCells, band: number, hour: Flow, p: GasRunParameters): void {
  const { floor, startMs, quiet, isOpen } = runs;
  quiet.set(band, 0);
  if (startMs.get(band) === 0) {
    startMs.set(band, hour.startMs);
    floor.set(band, hour.litres);
  }
  if (band === 0) floor.set(band, Math.min(floor.get(band), hour.litres));
  if (isOpen.get(band) === 1) return;
  if ((hour.endMs - startMs.get(band)) / HOUR_MS >= runThreshold(state, runs, p, band)) isOpen.set(band, 1);
}

function stillHour(state: GasRunState, runs: RunCells, band: number, hour: Flow, p: GasRunParameters): void {
  const { score, record, startMs, quiet, isOpen } = runs;
  if (isOpen.get(band) === 1) {
    quiet.set(band, quiet.get(band) + 1);
    if (quiet.get(band) < p.quietHours) return;
  }
  if (startMs.get(band) !== 0) {
    const hours = (hour.startMs - startMs.get(band)) / HOUR_MS;
    record.set(band, Math.max(record.get(band), Math.min(hours, p.capHours) / HOURS_PER_UNIT));
    score.set(band, Math.min(200, score.get(band) + 1));
  }
  if (band === 0) state.runStops = 1;
  startMs.set(band, 0);
  quiet.set(band, 0);
  isOpen.set(band, 0);
}
