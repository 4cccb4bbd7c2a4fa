import type { AccountThresholds, Evidence } from "@nightflow/domain";
import { flowText, type Proof } from "../evidence.ts";
import type { AccountState, RunCells } from "./account-table.ts";
import { monthDays, PEAK_KINDS } from "./limit-rules.ts";
import { bandOf, type LoadCells } from "./load-profile.ts";
import type { AccountHour } from "./load-rules.ts";

/** What the proof of a row of hours needs. */
export interface RunContext {
  readonly runs: RunCells;
  readonly profile: LoadCells;
  readonly hour: AccountHour;
  readonly deviations: number;
  readonly clearHours: number;
}

const m3Text = (litres: number) => `${(litres / 1000).toFixed(litres < 100_000 ? 1 : 0)} m³`;
const percentText = (share: number) => `${share > 0 ? "+" : ""}${Math.round(share * 100)} %`;

/** LOAD_HIGH. */
export function highProof(context: RunContext): Proof {
  const { litres, usual, hours } = rowOf(context, 0);
  const more = usual > 0 ? ` (${percentText(litres / usual - 1)})` : "";
  return {
    ...flowsOf(context, litres, usual),
    excess: Math.max(0, litres - usual),
    reason: {
      en: `${flowText(litres)} where this hour of the week usually has ${flowText(usual)}${more}; above the band for ${hours} h`,
      zh: `当前 ${flowText(litres)}，每周同一时段平常为 ${flowText(usual)}${more}；连续 ${hours} 小时高于正常范围`,
    },
    clearsWhen: insideFor(context),
  };
}

/** LOAD_LOW; the money is the use that is not there. */
export function lowProof(context: RunContext): Proof {
  const { litres, usual, hours } = rowOf(context, 1);
  return {
    ...flowsOf(context, litres, usual),
    excess: Math.max(0, usual - litres),
    reason: {
      en: `only ${flowText(litres)} where this hour of the week usually has ${flowText(usual)}, for ${hours} h: production has stopped, or the meter has`,
      zh: `仅 ${flowText(litres)}，每周同一时段平常为 ${flowText(usual)}，已 ${hours} 小时：可能停产，或表具停走`,
    },
    clearsWhen: insideFor(context),
  };
}

/** OFF_HOURS_USE. */
export function offProof(context: RunContext): Proof {
  const { litres, usual, hours } = rowOf(context, 2);
  const isShutdown = context.hour.plan === "shutdown";
  const [en, zh] = isShutdown ? ["on a day of shutdown", "停产日"] : ["outside its shifts", "班次之外"];
  return {
    actual: litres,
    expected: usual,
    floor: litres,
    low: 0,
    high: usual,
    excess: Math.max(0, litres - usual),
    isLoss: true,
    reason: {
      en: `${flowText(litres)} ${en} for ${hours} h, where ${flowText(usual)} are allowed`,
      zh: `${zh}连续 ${hours} 小时用量 ${flowText(litres)}，允许 ${flowText(usual)}`,
    },
    clearsWhen: {
      en: `${context.clearHours} hours at no more than that, or work begins`,
      zh: `连续 ${context.clearHours} 小时不高于允许值，或开始生产`,
    },
    details: { hours, allowedM3h: usual / 1000, plan: context.hour.plan },
  };
}

/** PEAK_LIMIT. */
export function peakProof(state: AccountState, hour: AccountHour, own: AccountThresholds, clearHours: number): Proof {
  const kind = PEAK_KINDS[state.peakKind] ?? "hour_over";
  const isDay = kind.startsWith("day");
  const limit = 1000 * ((isDay ? own.contractM3Day : own.contractM3h) ?? 0);
  const [said, most] = isDay
    ? [m3Text(state.peakLitres), m3Text(limit)]
    : [flowText(state.peakLitres), flowText(limit)];
  const minutes = Math.round((hour.endMs - hour.startMs) / 60_000);
  const ofHour = kind.startsWith("part") ? [`${minutes} minutes`, `${minutes} 分钟`] : ["an hour", "小时"];
  const [ofEn, ofZh] = isDay ? ["the day", "当日"] : ofHour;
  const isOver = kind.endsWith("over");
  return {
    actual: hour.litres,
    expected: null,
    high: isDay ? null : limit,
    excess: Math.max(0, state.peakLitres - limit) / (isDay ? 24 : 1),
    isLoss: false,
    reason: isOver
      ? {
          en: `${said} in ${ofEn}; the contract allows ${most}`,
          zh: `${ofZh}用量 ${said}，超过合同最大值 ${most}`,
        }
      : {
          en: `${said} in ${ofEn} are near or expected within hours; the contract allows ${most}`,
          zh: `${ofZh}用量预计达到 ${said}，接近或将超过合同最大值 ${most}`,
        },
    clearsWhen: {
      en: `${clearHours} hours without`,
      zh: `连续 ${clearHours} 小时未接近合同最大值`,
    },
    details: { kind, peakM3: state.peakLitres / 1000, contractM3: limit / 1000 },
  };
}

/** BUDGET_AHEAD. */
export function budgetProof(state: AccountState, day: number, own: AccountThresholds): Proof {
  const budget = 1000 * (own.monthBudgetM3 ?? 0);
  const { days, left } = monthDays(day);
  const share = budget > 0 ? state.budgetLitres / budget : 0;
  const hours = 24 * (days + left);
  return {
    actual: state.monthLitres / (24 * days),
    expected: budget / hours,
    excess: Math.max(0, state.budgetLitres - budget) / hours,
    isLoss: false,
    reason: {
      en: `${m3Text(state.monthLitres)} in ${days} days; as it goes on ${m3Text(state.budgetLitres)} in the month, ${Math.round(share * 100)} % of the ${m3Text(budget)} that are budgeted`,
      zh: `${days} 天已用 ${m3Text(state.monthLitres)}；照此本月将用 ${m3Text(state.budgetLitres)}，为预算 ${m3Text(budget)} 的 ${Math.round(share * 100)}%`,
    },
    clearsWhen: { en: "back within the budget, or a new month", zh: "回到预算以内，或进入新的月份" },
    details: {
      monthM3: state.monthLitres / 1000,
      projectedM3: state.budgetLitres / 1000,
      budgetM3: budget / 1000,
      daysLeft: left,
    },
  };
}

function rowOf({ runs, hour }: RunContext, no: number) {
  const hours = Math.max(1, Math.round((hour.endMs - runs.start.get(no)) / 3_600_000));
  return { litres: runs.litres.get(no), usual: runs.usual.get(no), hours };
}

function flowsOf({ profile, hour, deviations }: RunContext, litres: number, usual: number) {
  const band = bandOf(profile, hour.weekHour, deviations);
  const details: Evidence["details"] = { hourOfWeek: hour.weekHour, usualM3h: usual / 1000 };
  return { actual: litres, expected: usual, low: band?.low ?? null, high: band?.high ?? null, isLoss: false, details };
}

function insideFor({ clearHours }: RunContext) {
  return {
    en: `${clearHours} hours inside the band, or a planned change confirmed by the customer`,
    zh: `连续 ${clearHours} 小时回到正常范围，或客户确认为计划变更`,
  };
}
