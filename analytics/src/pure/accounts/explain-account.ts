import type { AccountThresholds, RuleCode } from "@nightflow/domain";
import { usageBand } from "../detectors/usage-change.ts";
import { flowText } from "../evidence.ts";
import type { RuleView } from "../explain.ts";
import type { RuleTuning } from "../tuning.ts";
import { type AccountCells, type AccountState, RUN_RULES } from "./account-table.ts";
import { bandOf, LEAST_WEEKS, usualOf, weeksOf } from "./load-profile.ts";
import { idleLitres } from "./load-rules.ts";
import type { HourPlan } from "./work-plan.ts";

/** A key account at one moment: what is kept of it, and the hour that was judged last. */
export interface AccountView {
  readonly state: AccountState;
  readonly cells: AccountCells;
  readonly own: AccountThresholds;
  readonly hasCalendar: boolean;
  /** The hour of the week judged last, and what the calendar says of it. */
  readonly weekHour: number;
  readonly plan: HourPlan;
  /** Part of an hour that the contract is measured over, ms; 0 for whole hours. */
  readonly partMs: number;
  readonly tuning: RuleTuning;
}

/** What the rules of a key account see of it, in English. */
export function accountViewsOf(view: AccountView): RuleView[] {
  return [...RUN_RULES.map((_, no) => runView(view, no)), peakView(view), budgetView(view), usageView(view)];
}

function runView(view: AccountView, no: number): RuleView {
  const { cells, own, tuning } = view;
  const rule = RUN_RULES[no] ?? "LOAD_HIGH";
  const ownHours = { LOAD_HIGH: own.aboveHours, LOAD_LOW: own.belowHours, OFF_HOURS_USE: null }[rule];
  const needed = ownHours ?? tuning[rule].hours;
  const hours = cells.runs.hours.get(no);
  const last = hours > 0 ? `, the last ${flowText(cells.runs.litres.get(no))}` : "";
  const isOff = rule === "OFF_HOURS_USE";
  return {
    rule,
    isOpen: cells.runs.isOpen.get(no) === 1,
    nullCase: isOff ? offNull(view) : workNull(view),
    saw: `${hours} of ${needed} hours in a row out of the ordinary${last}; ${isOff ? allowedText(view) : bandText(view, rule)}`,
  };
}

function workNull({ cells, weekHour, plan }: AccountView): string | null {
  if (plan === "off" || plan === "shutdown") return `nobody works: the calendar says ${plan}`;
  const weeks = weeksOf(cells.profile, weekHour);
  return weeks < LEAST_WEEKS ? `learning: ${weeks} of ${LEAST_WEEKS} weeks of this hour of the week` : null;
}

function offNull({ cells, own, plan, hasCalendar, tuning }: AccountView): string | null {
  if (!hasCalendar) return "no calendar";
  if (plan !== "off" && plan !== "shutdown") return "people work now";
  const isKnown = idleLitres(cells.profile, own, tuning.OFF_HOURS_USE) !== null;
  return isKnown ? null : "learning: nothing agreed, and half of the week's hours are not known yet";
}

function bandText({ cells, own, weekHour, tuning }: AccountView, rule: "LOAD_HIGH" | "LOAD_LOW"): string {
  const deviations = own.deviations ?? tuning[rule].deviations;
  const band = bandOf(cells.profile, weekHour, deviations);
  if (band === null) return "no band yet";
  const [low, usual, high] = [band.low, band.usual, band.high].map(flowText);
  return `this hour of the week usually ${usual}, band ${low} to ${high} (${text(deviations)} deviations)`;
}

function allowedText({ cells, own, tuning }: AccountView): string {
  const allowed = idleLitres(cells.profile, own, tuning.OFF_HOURS_USE);
  return allowed === null ? "not known what is allowed" : `${flowText(allowed)} allowed while nobody works`;
}

function peakView({ state, cells, own, partMs, weekHour, tuning }: AccountView): RuleView {
  const limits = [
    own.contractM3h === null
      ? null
      : `contract ${text(own.contractM3h)} m³/h over ${partMs > 0 ? partMs / 60_000 : 60} min`,
    own.contractM3Day === null ? null : `contract ${text(own.contractM3Day)} m³ a day`,
  ].filter((limit) => limit !== null);
  const usual = usualOf(cells.profile, weekHour);
  const now = usual === null ? "" : `; this hour usually ${flowText(usual)}`;
  const isOpen = state.peakIsOpen === 1;
  const quiet = isOpen ? `; ${state.peakQuiet} of ${tuning.PEAK_LIMIT.clearHours} hours without` : "";
  const worst = state.peakLitres > 0 ? `; last time ${text(state.peakLitres / 1000)} m³` : "; never touched";
  return {
    rule: "PEAK_LIMIT",
    isOpen,
    nullCase: limits.length === 0 ? "no contract value" : null,
    saw: `${limits.join(", ") || "nothing agreed"}${worst}${quiet}${now}`,
  };
}

function budgetView({ state, own, tuning }: AccountView): RuleView {
  const { margin } = tuning.BUDGET_AHEAD;
  const budget = own.monthBudgetM3;
  const expected = state.budgetLitres > 0 ? `, expected ${text(state.budgetLitres / 1000)} m³` : "";
  const limit =
    budget === null ? "no budget" : `told from ${text(budget * (1 + margin))} m³ (budget ${text(budget)} m³)`;
  const isYoung = state.monthIsWhole === 0 ? "the month was not seen from its first day" : null;
  return {
    rule: "BUDGET_AHEAD",
    isOpen: state.budgetStart !== 0,
    nullCase: budget === null ? "no budget" : isYoung,
    saw: `month so far ${text(state.monthLitres / 1000)} m³${expected}; ${limit}`,
  };
}

function usageView({ state, tuning }: AccountView): RuleView {
  const rule: RuleCode = "USAGE_CHANGE";
  if (state.usageDays === 0)
    return { rule, isOpen: false, nullCase: "learning: fewer than four same weekdays", saw: "no day judged yet" };
  const { low, high } = usageBand(state, tuning.USAGE_CHANGE);
  const [day, usual, from, to] = [state.usageLitres, state.usageMedian, low, high].map((litres) => text(litres / 1000));
  return {
    rule,
    isOpen: state.usageOpenMs !== 0,
    nullCase: null,
    saw: `last judged day ${day} m³, same weekdays ${usual} m³, band ${from} to ${to} m³ (spread ${text(100 * state.usageSpread)} %)`,
  };
}

function text(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : "-";
}
