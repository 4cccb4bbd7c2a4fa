import type { RuleTuning } from "../tuning.ts";
import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";
import {
  type Cells,
  cellOf,
  ditherOf,
  HIGHEST_LEVEL,
  LEVELS,
  lessonOf,
  reaches,
  surpriseOf,
  teachHour,
} from "./hour-profile.ts";

const HOUR_MS = 3_600_000;
const YEAR_HOURS = 8760;
/** A whole number of days. */
const MOST_HOURS = 65_520;
const MOST_LEARNT = 40;
const RECORD_DECAY_PER_DAY = 0.9964;
const UNKNOWN_HOURS = 24;
/** A meter whose pulse is at least this large, L, shows a drip as a pulse now and then. */
const COARSE_LITRES = 5;
/** On such a meter an hour counts as flowing until this long after a pulse, h. */
const COARSE_HOURS = 6;

/** What a run is judged by. */
export interface RunParameters {
  /** Surprise, nats, from which a run can be a finding: 16 is one in nine million, were hours independent. */
  readonly leastSurprise: number;
  /** They are not, so a run must be this much more surprising than the meter's own most surprising one. */
  readonly recordFactor: number;
  readonly leastHours: number;
  /** Hours below the level that end a finding. */
  readonly quietHours: number;
}
/** As tuned on leak-bench: the same for CONT_FLOW and FLOOR_RISE. */
export const RUN_PARAMETERS: RunParameters = { leastSurprise: 16, recordFactor: 1.6, leastHours: 12, quietHours: 2 };

/** State of the runs of one meter beside its cells. Hours and days seen are shared by the other rules of the hour. */
export const RUN_SCHEMA = {
  hoursSeen: "u16",
  runUnknown: "u8",
  /** Still hours since the last movement, up to 255; of a gas meter whether it has ever stood still. */
  runStops: "u8",
  floorOpenMs: "sec",
} as const;
export type RunState = { -readonly [Name in keyof typeof RUN_SCHEMA]: number };

/** The runs of one meter, one of each level. */
export interface RunCells {
  readonly score: Cells;
  readonly record: Cells;
  readonly floor: Cells;
  readonly startMs: Cells;
  readonly quiet: Cells;
  readonly isOpen: Cells;
}
/** Their columns, LEVELS.length wide. */
export const RUN_CELLS = {
  runScore: ["q8", LEVELS.length],
  runRecord: ["q8", LEVELS.length],
  runFloor: ["f32", LEVELS.length],
  runStart: ["sec", LEVELS.length],
  runQuiet: ["u8", LEVELS.length],
  runIsOpen: ["u8", LEVELS.length],
} as const;

/** What a run is judged with besides the hour. */
export interface RunContext {
  readonly tuning: RuleTuning;
  readonly profile: Cells;
  readonly runs: RunCells;
  /** Hour of the day on the wall clock, 0 to 23. */
  readonly localHour: number;
  readonly litresPerCount: number;
}

/**
 * Flow that does not stop, at hours when this meter's usually does: CONT_FLOW by any movement, FLOOR_RISE by 4 and 16 L/h.
 *
 * A run of hours that all reach a level is worth the sum of −ln p, where p is the meter's own share of days on which that hour
 * reaches the level (hour-profile). It is a finding from max(16, 1.6 × the highest such sum of its own past) and 12 hours
 * on; the record fades by 0.36 % a day and learns at most 40. So a night weighs more than an afternoon, and a household that
 * is up at night is judged by its own nights. A pulse of 5 L or more counts for the six hours after it, a sixth each. A meter that
 * has never stood still since its first reading is found by CONT_FLOW after 14 days.
 *
 * Null case: the first 14 days only teach; an unknown hour pauses the runs, more than 24 of them end those that are no
 * finding, and nothing is learnt from them. Source: LEAKS 3, detectors 1 and 2, with the run's length in likelihood instead of
 * hours (a Wald sequential test against the meter's own hours); clearing after two hours below as LEAKS' tariff of evidence.
 */
function stepLevel(state: RunState, context: RunContext, level: number, hour: Flow): void {
  if (!hour.isGood) pauseLevel(state, context.runs, level);
  else if (isFlowing(state, level, hour, context)) flowingHour(state, level, hour, context);
  else stillHour(context, level);
}

/** Once an hour, before the levels: what they share. */
export function beginRunHour(state: RunState, runs: RunCells, hour: Flow): void {
  if (!hour.isGood) {
    state.runUnknown = Math.min(255, state.runUnknown + 1);
    return;
  }
  state.runUnknown = 0;
  state.runStops = hour.litres > 0 ? 0 : Math.min(255, state.runStops + 1);
  countHour(state);
  if (state.hoursSeen % 24 !== 0) return;
  for (let level = 0; level <= HIGHEST_LEVEL; level++)
    runs.record.set(level, runs.record.get(level) * RECORD_DECAY_PER_DAY);
}

/** Counts a good hour; after seven years a year is forgotten, so that the days go on being counted. */
export function countHour(state: Pick<RunState, "hoursSeen">): void {
  state.hoursSeen = state.hoursSeen < MOST_HOURS ? state.hoursSeen + 1 : state.hoursSeen - YEAR_HOURS + 1;
}

/** Once an hour, after the rules of the hour: what it teaches the profile. `pace` slows the highest level. */
export function teachRunHour(
  state: RunState,
  { profile, runs, localHour }: RunContext,
  hour: Flow,
  pace: number,
): void {
  if (!hour.isGood) return;
  const alpha = lessonOf(Math.floor(state.hoursSeen / 24));
  const dither = ditherOf(hour.startMs);
  for (let level = 0; level <= HIGHEST_LEVEL; level++) {
    const isNew = runs.isOpen.get(level) === 1 && hour.endMs - runs.startMs.get(level) < ACCEPT_MS;
    if (isNew) continue;
    const step = level === HIGHEST_LEVEL ? alpha * pace : alpha;
    teachHour(profile, cellOf(level, localHour), reaches(hour.litres, level), step, dither);
  }
}

/** CONT_FLOW: any movement at all. */
export function stepContinuous(state: RunState, hour: Flow, context: RunContext): Step {
  const { isOpen } = context.runs;
  const wasOpen = isOpen.get(0) === 1;
  stepLevel(state, context, 0, hour);
  return stepOf(wasOpen, isOpen.get(0) === 1);
}

/** FLOOR_RISE: open while one of the higher levels is. */
export function stepFloor(state: RunState, hour: Flow, context: RunContext): Step {
  const { isOpen, startMs } = context.runs;
  const wasOpen = state.floorOpenMs !== 0;
  for (let level = 1; level <= HIGHEST_LEVEL; level++) stepLevel(state, context, level, hour);
  const level = highestOpen(context.runs);
  if (level > 0 && !wasOpen) state.floorOpenMs = startMs.get(level);
  if (level === 0) state.floorOpenMs = 0;
  return stepOf(wasOpen, level > 0 && isOpen.get(level) === 1);
}

/** The highest level above the first whose run is a finding; 0 when none is. */
export function highestOpen({ isOpen }: RunCells): number {
  for (let level = HIGHEST_LEVEL; level > 0; level--) if (isOpen.get(level) === 1) return level;
  return 0;
}

/** Surprise from which a run of a level is a finding. */
export function surpriseLimit({ runs, tuning }: RunContext, level: number): number {
  const { leastSurprise, recordFactor } = parametersOf(tuning, level);
  return Math.max(leastSurprise, recordFactor * runs.record.get(level));
}

function parametersOf(tuning: RuleTuning, level: number): RunParameters {
  return level === 0 ? tuning.CONT_FLOW : tuning.FLOOR_RISE;
}

/** A finding that has stood this long teaches the profile again: it may be how the place is used now. */
const ACCEPT_MS = 14 * 24 * HOUR_MS;

function stepOf(wasOpen: boolean, isOpen: boolean): Step {
  if (isOpen) return wasOpen ? "hold" : "open";
  return wasOpen ? "clear" : "none";
}

function isFlowing(state: RunState, level: number, hour: Flow, context: RunContext): boolean {
  return level === 0 ? state.runStops < hoursOfPulse(context) : reaches(hour.litres, level);
}

function pauseLevel(state: RunState, { score, startMs, isOpen }: RunCells, level: number): void {
  if (state.runUnknown <= UNKNOWN_HOURS || isOpen.get(level) === 1) return;
  score.set(level, 0);
  startMs.set(level, 0);
}

function flowingHour(state: RunState, level: number, hour: Flow, context: RunContext): void {
  const { score, floor, startMs, quiet, isOpen } = context.runs;
  if (startMs.get(level) === 0) {
    startMs.set(level, hour.startMs);
    floor.set(level, hour.litres);
  }
  // On its first day a meter has no past to be surprised by.
  const surprise = state.hoursSeen <= 24 ? 0 : surpriseOf(context.profile, level, context.localHour);
  score.set(level, score.get(level) + surprise / (level === 0 ? hoursOfPulse(context) : 1));
  if (hour.litres < floor.get(level)) floor.set(level, hour.litres);
  if (quiet.get(level) !== 0) quiet.set(level, 0);
  if (isOpen.get(level) === 0 && isFinding(state, level, hour, context)) isOpen.set(level, 1);
}

function isFinding(state: RunState, level: number, hour: Flow, context: RunContext): boolean {
  if (state.hoursSeen <= WARM_UP_HOURS) return false;
  const { runs, tuning } = context;
  const hours = (hour.endMs - runs.startMs.get(level)) / HOUR_MS;
  if (level === 0 && hours >= state.hoursSeen) return true;
  return hours >= parametersOf(tuning, level).leastHours && runs.score.get(level) > surpriseLimit(context, level);
}

/** Hours for which one pulse stands. */
function hoursOfPulse({ litresPerCount }: RunContext): number {
  return litresPerCount >= COARSE_LITRES ? COARSE_HOURS : 1;
}

function stillHour({ runs, tuning }: RunContext, level: number): void {
  const { score, record, startMs, quiet, isOpen } = runs;
  if (startMs.get(level) === 0) return;
  if (isOpen.get(level) === 1) {
    quiet.set(level, quiet.get(level) + 1);
    if (quiet.get(level) < parametersOf(tuning, level).quietHours) return;
  }
  record.set(level, Math.max(record.get(level), Math.min(score.get(level), MOST_LEARNT)));
  score.set(level, 0);
  startMs.set(level, 0);
  quiet.set(level, 0);
  isOpen.set(level, 0);
}
