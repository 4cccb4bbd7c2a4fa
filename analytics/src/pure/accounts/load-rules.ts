import type { AccountThresholds } from "@nightflow/domain";
import type { Flow, Step } from "../detectors/flow.ts";
import type { RunCells } from "./account-table.ts";
import { bandOf, floorOf, type LoadCells } from "./load-profile.ts";
import type { HourPlan } from "./work-plan.ts";

/** An hour of an account, all its meters together, with what its calendar says. */
export interface AccountHour extends Flow {
  readonly plan: HourPlan;
  /** The hour of the week that it is like. */
  readonly weekHour: number;
}

/** What LOAD_HIGH is judged by. */
export const HIGH_PARAMETERS = { deviations: 4, leastShare: 0.2, leastLitres: 200, hours: 3, clearHours: 24 } as const;
/** What LOAD_LOW is judged by. */
export const LOW_PARAMETERS = { deviations: 4, leftShare: 0.3, leastLitres: 200, hours: 3, clearHours: 6 } as const;
/** What OFF_HOURS_USE is judged by. */
export const OFF_PARAMETERS = { floorFactor: 1.5, meanShare: 0.1, leastLitres: 50, hours: 3, clearHours: 6 } as const;

type Numbers<Of> = { readonly [Name in keyof Of]: number };
export type HighParameters = Numbers<typeof HIGH_PARAMETERS>;
export type LowParameters = Numbers<typeof LOW_PARAMETERS>;
export type OffParameters = Numbers<typeof OFF_PARAMETERS>;

/** What an hour is compared with; null where nothing can be said of it. */
interface Verdict {
  readonly isOut: boolean;
  readonly usual: number;
}

const QUIET: Verdict = { isOut: false, usual: 0 };

/**
 * LOAD_HIGH: `hours` working hours in a row above the band of their hour of the week, `leastShare` and `leastLitres` above what
 * is usual. It ends after `clearHours` hours inside: a night between two such days does not end it.
 *
 * Null case: hours of the week that fewer than four weeks have told of; hours that are not good. Outside the customer's shifts
 * and on shutdown days OFF_HOURS_USE judges. Source: LEAKS 3 #8.
 */
export function stepHigh(
  runs: RunCells,
  hour: AccountHour,
  profile: LoadCells,
  own: AccountThresholds,
  p: HighParameters,
): Step {
  const verdict = isWork(hour) ? aboveBand(hour, profile, own, p) : QUIET;
  return stepRun(runs, 0, hour, verdict, own.aboveHours ?? p.hours, p.clearHours);
}

function aboveBand(hour: AccountHour, profile: LoadCells, own: AccountThresholds, p: HighParameters): Verdict | null {
  const band = bandOf(profile, hour.weekHour, own.deviations ?? p.deviations);
  if (band === null) return null;
  const above = hour.litres - band.usual;
  const isOut = hour.litres > band.high && above > p.leastShare * band.usual && above > p.leastLitres;
  return { isOut, usual: band.usual };
}

/**
 * LOAD_LOW: `hours` working hours in a row below the band and below `leftShare` of what is usual: production has stopped, or a
 * meter has. It ends after `clearHours` hours inside, or with a day that the calendar says nobody works on.
 *
 * Null case: as LOAD_HIGH; hours whose usual flow is under `leastLitres`. Source: LEAKS 3 #8.
 */
export function stepLow(
  runs: RunCells,
  hour: AccountHour,
  profile: LoadCells,
  own: AccountThresholds,
  p: LowParameters,
): Step {
  const verdict = isWork(hour) ? belowBand(hour, profile, own, p) : QUIET;
  return stepRun(runs, 1, hour, verdict, own.belowHours ?? p.hours, p.clearHours);
}

function belowBand(hour: AccountHour, profile: LoadCells, own: AccountThresholds, p: LowParameters): Verdict | null {
  const band = bandOf(profile, hour.weekHour, own.deviations ?? p.deviations);
  if (band === null || band.usual < p.leastLitres) return null;
  return { isOut: hour.litres < band.low && hour.litres < p.leftShare * band.usual, usual: band.usual };
}

/**
 * OFF_HOURS_USE: `hours` hours in a row with more flow than is allowed, on days that the customer's calendar calls shut down, or
 * outside its shifts. Allowed is the account's own `idleM3h`, else the most of `floorFactor` × what a tenth of the week's
 * hours stay below, `meanShare` of the mean hour and `leastLitres`.
 *
 * Null case: no calendar; nothing agreed and half of the week's hours unknown. Source: DOMAIN 2.3 (use at night of a day-shift factory).
 */
export function stepOff(
  runs: RunCells,
  hour: AccountHour,
  profile: LoadCells,
  own: AccountThresholds,
  p: OffParameters,
): Step {
  return stepRun(runs, 2, hour, isWork(hour) ? QUIET : whileOff(hour, profile, own, p), p.hours, p.clearHours);
}

function whileOff(hour: AccountHour, profile: LoadCells, own: AccountThresholds, p: OffParameters): Verdict | null {
  const allowed = idleLitres(profile, own, p);
  return allowed === null ? null : { isOut: hour.litres > allowed, usual: allowed };
}

/** Flow that is allowed while nobody works, litres an hour; null where nobody can tell. */
export function idleLitres(profile: LoadCells, own: AccountThresholds, p: OffParameters): number | null {
  if (own.idleM3h !== null) return own.idleM3h * 1000;
  const floor = floorOf(profile);
  return floor === null ? null : Math.max(p.floorFactor * floor.floor, p.meanShare * floor.mean, p.leastLitres);
}

function isWork({ plan }: AccountHour): boolean {
  return plan === "usual" || plan === "working";
}

/** One step of a rule of hours in a row. Hours of which nothing can be said neither count nor break the row. */
function stepRun(
  runs: RunCells,
  no: number,
  hour: AccountHour,
  verdict: Verdict | null,
  leastHours: number,
  clearHours: number,
): Step {
  const isOpen = runs.isOpen.get(no) === 1;
  if (!hour.isGood || verdict === null) return isOpen ? "hold" : "none";
  if (verdict.isOut) return outStep(runs, no, hour, verdict, leastHours, isOpen);
  runs.hours.set(no, 0);
  if (!isOpen) return "none";
  const quiet = Math.min(255, runs.quiet.get(no) + 1);
  runs.quiet.set(no, quiet);
  if (quiet < clearHours) return "hold";
  runs.isOpen.set(no, 0);
  return "clear";
}

function outStep(
  runs: RunCells,
  no: number,
  hour: AccountHour,
  { usual }: Verdict,
  leastHours: number,
  isOpen: boolean,
): Step {
  const hours = Math.min(255, runs.hours.get(no) + 1);
  if (hours === 1 && !isOpen) runs.start.set(no, hour.startMs);
  runs.hours.set(no, hours);
  runs.quiet.set(no, 0);
  runs.litres.set(no, hour.litres);
  runs.usual.set(no, usual);
  if (isOpen) return "hold";
  if (hours < leastHours) return "none";
  runs.isOpen.set(no, 1);
  return "open";
}
