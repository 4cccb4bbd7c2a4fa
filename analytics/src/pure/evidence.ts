import type { Evidence, RuleCode } from "@nightflow/domain";
import { type BurstParameters, type BurstState, burstLimit, burstNow } from "./detectors/burst.ts";
import { type DayVolume, wholeDay } from "./detectors/day.ts";
import { type DutyParameters, type DutyState, dutyExcess, dutyLimit } from "./detectors/duty.ts";
import type { Flow } from "./detectors/flow.ts";
import { highestOpen, type RunCells, type RunContext, surpriseLimit } from "./detectors/flow-run.ts";
import { countOf, HIGHEST_LEVEL, LEVELS } from "./detectors/hour-profile.ts";
import { type StillParameters, type StillState, stillLimit } from "./detectors/standstill.ts";
import type { UnderState } from "./detectors/under-registration.ts";
import { type UsageParameters, type UsageState, usageBand } from "./detectors/usage-change.ts";
import { expectedLitres, type VolumeState } from "./detectors/volume-cusum.ts";
import { oddsWords } from "./odds.ts";

const HOUR_MS = 3_600_000;

/** The figures of one finding before they become Evidence; flows in L/h. */
export interface Proof {
  readonly actual: number | null;
  readonly expected: number | null;
  readonly floor?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  /** Flow that is lost or unexplained, L/h; what money is counted from. */
  readonly excess: number;
  /** Whether `excess` is water or gas that ran away, rather than a change of use. */
  readonly isLoss: boolean;
  readonly reason: { readonly zh: string; readonly en: string };
  readonly clearsWhen: { readonly zh: string; readonly en: string };
  readonly details?: Evidence["details"];
  readonly estimatedShare?: number;
}

/** How sure a rule is by itself, from the peers' false alarms on labelled cases; rank is money × this. */
export const CONFIDENCE: Readonly<Partial<Record<RuleCode, number>>> = {
  CONT_FLOW: 0.9,
  FLOOR_RISE: 0.8,
  BURST: 0.8,
  INTERMITTENT: 0.8,
  NO_USE: 0.5,
  UNDER_REG: 0.7,
  REVERSE: 0.8,
  USE_INACTIVE: 0.9,
  OVER: 0.9,
  UNDER: 0.7,
  GAS_CONT: 0.8,
  USAGE_CHANGE: 0.8,
  LOAD_HIGH: 0.7,
  LOAD_LOW: 0.7,
  OFF_HOURS_USE: 0.8,
  PEAK_LIMIT: 0.9,
  BUDGET_AHEAD: 0.8,
  NIGHT_MIN: 0.8,
  DMA_LOSS: 0.9,
  GAS_UFG: 0.6,
  PARENT_CHILD: 0.7,
  GAS_P_DROP: 0.9,
  PRESS_LOW: 0.8,
  PRESS_HIGH: 0.8,
  PRESS_RESID: 0.5,
  FROZEN: 0.8,
  COMMS: 1,
  DATA_GAP: 1,
};

/** Turns a proof into the evidence that is stored and shown. */
export function evidenceOf(proof: Proof, startMs: number, atMs: number): Evidence {
  const m3h = (litres: number | null | undefined) => (litres === null || litres === undefined ? null : litres / 1000);
  const hours = Math.max(0, (atMs - startMs) / HOUR_MS);
  return {
    startAt: Math.round(startMs),
    knowableAt: Math.round(atMs),
    actualM3h: m3h(proof.actual),
    expectedM3h: m3h(proof.expected),
    floorM3h: m3h(proof.floor),
    bandLowM3h: m3h(proof.low),
    bandHighM3h: m3h(proof.high),
    lostM3: proof.isLoss ? (proof.excess * hours) / 1000 : null,
    estimatedShare: proof.estimatedShare ?? 0,
    reason: proof.reason,
    clearsWhen: proof.clearsWhen,
    details: proof.details ?? {},
  };
}

/** Flow in words: litres below 1 m³/h, cubic metres above. */
export function flowText(litresPerHour: number): string {
  if (litresPerHour >= 1000) return `${(litresPerHour / 1000).toFixed(1)} m³/h`;
  return `${litresPerHour >= 10 ? Math.round(litresPerHour) : Number(litresPerHour.toFixed(1))} L/h`;
}

/** CONT_FLOW. */
export function runProof(context: RunContext, hour: Flow): Proof {
  const { runs } = context;
  const hours = hoursSince(runs.startMs.get(0), hour);
  const floor = runs.floor.get(0);
  return {
    actual: floor,
    expected: 0,
    floor,
    excess: floor,
    isLoss: true,
    reason: {
      en: `never below ${flowText(floor)} for ${hours} h, at hours when this meter usually stands still (${oddsText(runs, 0).en})`,
      zh: `连续 ${hours} 小时不低于 ${flowText(floor)}，而这些时段该表平常会停（${oddsText(runs, 0).zh}）`,
    },
    clearsWhen: { en: "two still hours in a row", zh: "连续两个小时无流量" },
    details: runDetails(context, 0, hours),
  };
}

/** FLOOR_RISE. */
export function floorProof(context: RunContext, hour: Flow): Proof {
  const { runs } = context;
  const level = Math.max(1, highestOpen(runs));
  const litres = LEVELS[level] ?? 0;
  const hours = hoursSince(runs.startMs.get(level), hour);
  const floor = runs.floor.get(level);
  return {
    actual: floor,
    expected: 0,
    floor,
    low: 0,
    high: litres,
    excess: floor,
    isLoss: true,
    reason: {
      en: `for ${hours} h never below ${flowText(floor)}, at hours when this meter usually falls below ${flowText(litres)} (${oddsText(runs, level).en})`,
      zh: `${hours} 小时内不低于 ${flowText(floor)}，而这些时段该表平常低于 ${flowText(litres)}（${oddsText(runs, level).zh}）`,
    },
    clearsWhen: {
      en: `two hours in a row below ${flowText(litres)}`,
      zh: `连续两个小时低于 ${flowText(litres)}`,
    },
    details: runDetails(context, level, hours),
  };
}

/** Whole hours from an instant to the end of an hour. */
export function hoursSince(startMs: number, hour: Flow): number {
  return Math.round((hour.endMs - startMs) / HOUR_MS);
}

/** How rare such a run is by the meter's own hours, as far as they can tell. */
function oddsText(runs: RunCells, level: number): { readonly en: string; readonly zh: string } {
  const [now, before] = [oddsWords(runs.score.get(level)), oddsWords(runs.record.get(level))];
  return {
    en: `chance ${now.en} by its own hours; of its rarest run before ${before.en}`,
    zh: `按其自身规律概率${now.zh}；此前最罕见的一次${before.zh}`,
  };
}

function runDetails(context: RunContext, level: number, hours: number): Evidence["details"] {
  const { runs, profile, localHour } = context;
  return {
    runHours: hours,
    levelLitres: LEVELS[level] ?? 0,
    surprise: round1(runs.score.get(level)),
    surpriseLimit: round1(surpriseLimit(context, level)),
    usualShareThisHour: Math.round(countOf(profile, level, localHour) / 2.55) / 100,
  };
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

/** BURST. */
export function burstProof(state: BurstState, q3M3h: number | null, parameters: BurstParameters): Proof {
  const [limit, now] = [burstLimit(state, q3M3h, parameters), burstNow(state)];
  return {
    actual: now,
    expected: null,
    low: 0,
    high: limit,
    excess: now,
    isLoss: true,
    reason: {
      en: `flow of ${flowText(now)}; the highest that this meter held for two intervals was ${flowText(state.burstRecord)}, its highest interval ${flowText(state.burstPeak)}`,
      zh: `流量 ${flowText(now)}；该表此前连续两个时段最高 ${flowText(state.burstRecord)}，单个时段最高 ${flowText(state.burstPeak)}`,
    },
    clearsWhen: { en: `two intervals below ${flowText(limit)}`, zh: `连续两个时段低于 ${flowText(limit)}` },
  };
}

/** INTERMITTENT. */
export function dutyProof(state: DutyState & VolumeState, day: DayVolume, parameters: DutyParameters): Proof {
  const usual = expectedLitres(state);
  const litres = LEVELS[HIGHEST_LEVEL];
  const { now, before } = litresOfDays(day, usual);
  return {
    ...ofDay(day, usual),
    excess: dutyExcess(usual, day) / 24,
    isLoss: true,
    reason: {
      en: `day after day ${litres} L/h and more at hours when this meter seldom has it; ${now} L on the last day, ${before} L usual`,
      zh: `连日在该表平常少有的时段出现 ${litres} L/h 以上流量；最近一日 ${now} 升，平常 ${before} 升`,
    },
    clearsWhen: { en: "several days with its usual hours", zh: "连续数日恢复平常时段规律" },
    details: {
      lastDayLitres: now,
      usualDayLitres: before,
      evidence: round1(state.dutyScore),
      evidenceLimit: round1(dutyLimit(state, parameters)),
    },
  };
}

/** USAGE_CHANGE of a household. */
export function volumeProof(state: VolumeState, day: DayVolume): Proof {
  const usual = expectedLitres(state);
  const { now, before } = litresOfDays(day, usual);
  return {
    ...ofDay(day, usual),
    excess: Math.max(0, wholeDay(day) - usual) / 24,
    isLoss: false,
    reason: {
      en: `daily use stays above what this meter is used to: ${now} L on the last day, ${before} L usual`,
      zh: `日用量持续高于该表平常水平：最近一日 ${now} 升，平常 ${before} 升`,
    },
    clearsWhen: { en: "several days back at the usual use", zh: "连续数日恢复平常用量" },
    details: { lastDayLitres: now, usualDayLitres: before },
  };
}

/** UNDER_REG; the money is the use that is not counted. */
export function underProof(state: UnderState & VolumeState, day: DayVolume): Proof {
  const usual = expectedLitres(state);
  const { now, before } = litresOfDays(day, usual);
  const perHour = Math.round((Math.exp(state.underHourMean) - 1) / 10);
  const peak = Math.max(0, Math.round(Math.exp(state.underPeakMean) - 5));
  return {
    ...ofDay(day, usual),
    excess: Math.max(0, usual - wholeDay(day)) / 24,
    isLoss: false,
    reason: {
      en: `flowing hours hold less than they used to, and so do peaks: ${Math.round(day.litres / Math.max(1, day.flowHours))} L an hour where ${perHour} L are usual, peak ${Math.round(day.peakLitres)} L where ${peak} L are`,
      zh: `用水时段的用量与高峰同时下降：每小时 ${Math.round(day.litres / Math.max(1, day.flowHours))} 升（平常 ${perHour} 升），高峰 ${Math.round(day.peakLitres)} 升（平常 ${peak} 升）`,
    },
    clearsWhen: { en: "several days back at the usual flows", zh: "连续数日恢复平常流量" },
    details: { lastDayLitres: now, usualDayLitres: before },
  };
}

function ofDay(day: DayVolume, usual: number) {
  return { actual: day.goodHours === 0 ? null : wholeDay(day) / 24, expected: usual / 24 };
}

function litresOfDays(day: DayVolume, usual: number) {
  return { now: Math.round(day.litres), before: Math.round(usual) };
}

/** NO_USE; the money is the use that is not counted. */
export function stillProof(state: StillState & VolumeState, parameters: StillParameters): Proof {
  const { stillDays: days } = state;
  const before = Math.round(state.stillRecord);
  const usual = expectedLitres(state) / 24;
  return {
    actual: 0,
    expected: usual,
    excess: usual,
    isLoss: false,
    reason: {
      en: `almost no use for ${days} days; before that the longest standstill was ${before} days`,
      zh: `连续 ${days} 天几乎无用量；此前最长停用 ${before} 天`,
    },
    clearsWhen: { en: "a day with use again", zh: "恢复用水满一日" },
    details: { standstillDays: days, recordDays: before, limitDays: Math.round(stillLimit(state, parameters)) },
  };
}

/** USAGE_CHANGE of a key account. */
export function usageProof(state: UsageState, parameters: UsageParameters): Proof {
  const { low, high } = usageBand(state, parameters);
  const percent = state.usageMedian > 0 ? Math.round((state.usageLitres / state.usageMedian - 1) * 100) : null;
  const [now, usual] = [(state.usageLitres / 1000).toFixed(1), (state.usageMedian / 1000).toFixed(1)];
  const sign = percent === null ? "" : ` (${percent > 0 ? "+" : ""}${percent} %)`;
  return {
    actual: state.usageLitres / 24,
    expected: state.usageMedian / 24,
    low: low / 24,
    high: high / 24,
    excess: Math.abs(state.usageLitres - state.usageMedian) / 24,
    isLoss: false,
    reason: {
      en: `${now} m³ in one day, ${usual} m³ on the same weekdays before${sign}`,
      zh: `单日 ${now} m³，此前相同星期日的中位数为 ${usual} m³${sign}`,
    },
    clearsWhen: {
      en: "a day within the usual range, or a planned change confirmed by the customer",
      zh: "恢复到正常范围，或客户确认为计划变更",
    },
    details: { dayM3: state.usageLitres / 1000, usualM3: state.usageMedian / 1000, changePercent: percent },
  };
}
