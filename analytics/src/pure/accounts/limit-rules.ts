import type { AccountThresholds } from "@nightflow/domain";
import type { Flow, Step } from "../detectors/flow.ts";
import { dateTextOf } from "../local-time.ts";
import type { AccountState } from "./account-table.ts";
import { floorOf, type LoadCells, usualOf } from "./load-profile.ts";
import type { AccountHour } from "./load-rules.ts";
import type { WorkPlan } from "./work-plan.ts";

/** What PEAK_LIMIT is judged by. */
export const PEAK_PARAMETERS = { warnShare: 0.95, aheadHours: 4, clearHours: 24 } as const;
/** What BUDGET_AHEAD is judged by. */
export const BUDGET_PARAMETERS = { margin: 0.05, leastDays: 5 } as const;
type Numbers<Of> = { readonly [Name in keyof Of]: number };
export type PeakParameters = Numbers<typeof PEAK_PARAMETERS>;
export type BudgetParameters = Numbers<typeof BUDGET_PARAMETERS>;

const DAY_HOURS = 24;

const HOUR_MS = 3_600_000;
/** What of the contract is touched: an hour, a day or a part of an hour, exceeded (even places) or about to be. */
export const PEAK_KINDS = ["hour_over", "hour_soon", "day_over", "day_soon", "part_over", "part_soon"] as const;

interface Peak {
  readonly kind: number;
  readonly litres: number;
}

/** What the limits look at: where in the account's day the hour lies. */
export interface LimitContext {
  readonly profile: LoadCells;
  readonly plan: WorkPlan;
  readonly own: AccountThresholds;
  readonly day: number;
  /** Hour on the wall clock, 0 to 23. */
  readonly localHour: number;
  /** Litres of the day so far, this hour among them. */
  readonly dayLitres: number;
}

/**
 * PEAK_LIMIT: what the contract allows in an hour or a day is exceeded, or will be. Soon is an hour at `warnShare` of it; one of
 * the next `aheadHours` hours, as usual × how far this hour is from its own usual; or a day whose use so far and usual rest come
 * to more. It ends after `clearHours` good hours without.
 *
 * Null case: no contract value; what lies ahead is judged only where four weeks have told what is usual.
 */
export function stepPeak(state: AccountState, hour: AccountHour, context: LimitContext, p: PeakParameters): Step {
  const isOpen = state.peakIsOpen === 1;
  if (!hour.isGood) return isOpen ? "hold" : "none";
  const peak = peakOf(hour, context, p);
  return peak === null ? quietPeak(state, isOpen, p) : notePeak(state, peak, hour.startMs);
}

/**
 * PEAK_LIMIT within an hour, where the contract is measured over a part of it: the part's flow above the contract, or at `warnShare` of
 * it. Hours end it, and tell what lies ahead. Null case: no contract value, parts that are not good (the caller leaves them out).
 */
export function stepPeakPart(state: AccountState, part: Flow, own: AccountThresholds, p: PeakParameters): Step {
  const most = litresOf(own.contractM3h);
  const litres = (part.litres * HOUR_MS) / (part.endMs - part.startMs);
  if (!(litres >= p.warnShare * most)) return "none";
  return notePeak(state, { kind: litres > most ? 4 : 5, litres }, part.startMs);
}

function notePeak(state: AccountState, peak: Peak, startMs: number): Step {
  const isOpen = state.peakIsOpen === 1;
  // What is exceeded is told rather than what only threatens, and the most of it.
  if (!isOpen || peak.kind % 2 <= state.peakKind % 2) {
    state.peakKind = peak.kind;
    state.peakLitres = peak.litres;
  }
  state.peakQuiet = 0;
  if (isOpen) return "hold";
  state.peakIsOpen = 1;
  state.peakStart = startMs;
  return "open";
}

function quietPeak(state: AccountState, isOpen: boolean, p: PeakParameters): Step {
  if (!isOpen) return "none";
  state.peakQuiet++;
  if (state.peakQuiet < p.clearHours) return "hold";
  state.peakIsOpen = 0;
  return "clear";
}

function peakOf(hour: AccountHour, context: LimitContext, p: PeakParameters): Peak | null {
  const { own, dayLitres } = context;
  const ofHour = litresOf(own.contractM3h);
  const ofDay = litresOf(own.contractM3Day);
  if (hour.litres > ofHour) return { kind: 0, litres: hour.litres };
  if (dayLitres > ofDay) return { kind: 2, litres: dayLitres };
  const ahead = ofHour === Number.POSITIVE_INFINITY ? 0 : Math.max(hour.litres, highestAhead(hour, context, p));
  if (ahead > ofHour || hour.litres >= p.warnShare * ofHour) return { kind: 1, litres: ahead };
  if (ofDay === Number.POSITIVE_INFINITY) return null;
  const whole = dayLitres + (restOfDay(context) ?? 0);
  return whole > ofDay ? { kind: 3, litres: whole } : null;
}

function litresOf(m3: number | null): number {
  return m3 === null ? Number.POSITIVE_INFINITY : m3 * 1000;
}

/** The most that one of the next hours is expected to hold. */
function highestAhead(hour: AccountHour, context: LimitContext, p: PeakParameters): number {
  const { profile, plan, day, localHour } = context;
  const usualNow = usualOf(profile, hour.weekHour);
  if (usualNow === null) return 0;
  let highest = 0;
  for (let ahead = 1; ahead <= p.aheadHours; ahead++) {
    const at = localHour + ahead;
    const usual = expectedAt(profile, plan, day + Math.floor(at / DAY_HOURS), at % DAY_HOURS);
    if (usual === null) continue;
    // A quiet hour says nothing of a busy one.
    const pace = usualNow * 2 < usual ? 1 : Math.min(2, Math.max(0.5, hour.litres / usualNow));
    highest = Math.max(highest, usual * pace);
  }
  return highest;
}

/** What the rest of the day usually takes; null where an hour of it is unknown. */
function restOfDay({ profile, plan, day, localHour }: LimitContext): number | null {
  let rest = 0;
  for (let hour = localHour + 1; hour < DAY_HOURS; hour++) {
    const usual = expectedAt(profile, plan, day, hour);
    if (usual === null) return null;
    rest += usual;
  }
  return rest;
}

/** What an hour is expected to hold; on shutdown days what flows anyway. */
function expectedAt(profile: LoadCells, plan: WorkPlan, day: number, hour: number): number | null {
  if (plan.planOf(day, hour) === "shutdown") return floorOf(profile)?.floor ?? null;
  return usualOf(profile, plan.weekHourOf(day, hour));
}

/**
 * BUDGET_AHEAD: the month so far and what the rest of it usually takes come to more than `margin` over what is budgeted; judged at
 * the end of each day. It ends when they come to no more than the budget, or with the month.
 *
 * Null case: no budget; a month not seen from its first day; the first `leastDays` days, unless all is used up; without a profile
 * the month's own mean day stands for the rest.
 */
export function stepBudget(
  state: AccountState,
  closed: { readonly day: number; readonly endMs: number; readonly startMs: number },
  context: Pick<LimitContext, "profile" | "plan" | "own">,
  p: BudgetParameters,
): Step {
  const isOpen = state.budgetStart !== 0;
  const budget = litresOf(context.own.monthBudgetM3);
  const { days, left } = monthDays(closed.day);
  const isJudged = state.monthIsWhole === 1 && (days >= p.leastDays || state.monthLitres > budget);
  if (budget === Number.POSITIVE_INFINITY || !isJudged) return isOpen ? endBudget(state) : "none";
  state.budgetLitres = state.monthLitres + restOfMonth(closed.day, left, state.monthLitres / days, context);
  if (isOpen) return state.budgetLitres <= budget || left === 0 ? endBudget(state) : "hold";
  if (state.budgetLitres <= budget * (1 + p.margin) || left === 0) return "none";
  state.budgetStart = closed.startMs;
  return "open";
}

function endBudget(state: AccountState): Step {
  state.budgetStart = 0;
  return "clear";
}

/** Days of the month up to a local day, and how many are left. */
export function monthDays(day: number): { readonly days: number; readonly left: number } {
  const [year = 0, month = 0, days = 0] = dateTextOf(day).split("-").map(Number);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { days, left: length - days };
}

/** The local month of a day, as one number. */
export function monthOf(day: number): number {
  const [year = 0, month = 0] = dateTextOf(day).split("-").map(Number);
  return year * 12 + month;
}

function restOfMonth(
  day: number,
  left: number,
  meanDay: number,
  { profile, plan }: Pick<LimitContext, "profile" | "plan">,
): number {
  let rest = 0;
  for (let ahead = 1; ahead <= left; ahead++)
    for (let hour = 0; hour < DAY_HOURS; hour++)
      rest += expectedAt(profile, plan, day + ahead, hour) ?? meanDay / DAY_HOURS;
  return rest;
}
