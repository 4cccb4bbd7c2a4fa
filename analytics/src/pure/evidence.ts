import type { Evidence, RuleCode } from "@nightflow/domain";
import { type BurstState, burstLimit } from "./detectors/burst.ts";
import { type FloorState, floorLimit } from "./detectors/floor-record.ts";
import type { RunState } from "./detectors/run-record.ts";
import type { UsageState } from "./detectors/usage-change.ts";
import { type CusumState, expectedLitres } from "./detectors/volume-cusum.ts";
import type { ZeroState } from "./detectors/zero-run.ts";

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
  INTERMITTENT: 0.5,
  NO_USE: 0.4,
  UNDER_REG: 0.4,
  GAS_CONT: 0.8,
  USAGE_CHANGE: 0.8,
  NIGHT_MIN: 0.8,
  DMA_LOSS: 0.9,
  GAS_UFG: 0.6,
  GAS_P_DROP: 0.9,
  PRESS_LOW: 0.8,
  PRESS_HIGH: 0.8,
  PRESS_RESID: 0.5,
  COMMS: 1,
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

/** CONT_FLOW and GAS_CONT. */
export function runProof(state: RunState): Proof {
  const [hours, before] = [Math.round(state.runHours), Math.round(state.runRecord)];
  const floor = flowText(state.runFloor);
  const isFirst = state.runStops === 0;
  return {
    actual: state.runFloor,
    expected: 0,
    floor: state.runFloor,
    excess: state.runFloor,
    isLoss: true,
    reason: {
      en: `never below ${floor} for ${hours} h; ${isFirst ? "it has not stopped since the first reading" : `before that the longest such run was ${before} h`}`,
      zh: `连续 ${hours} 小时不低于 ${floor}；${isFirst ? "自首次读数以来从未停止" : `此前最长连续 ${before} 小时`}`,
    },
    clearsWhen: { en: "two still hours in a row", zh: "连续两个小时无流量" },
    details: { runHours: hours, recordHours: before },
  };
}

/** FLOOR_RISE. */
export function floorProof(state: FloorState): Proof {
  const limit = floorLimit(state);
  return {
    actual: state.floorNow,
    expected: state.floorRecord,
    floor: state.floorNow,
    low: 0,
    high: limit,
    excess: Math.max(0, state.floorNow - state.floorRecord),
    isLoss: true,
    reason: {
      en: `for 12 h never below ${flowText(state.floorNow)}; the highest such floor before was ${flowText(state.floorRecord)}`,
      zh: `12 小时内不低于 ${flowText(state.floorNow)}；此前最高底流为 ${flowText(state.floorRecord)}`,
    },
    clearsWhen: {
      en: `two hours with a 12-hour floor below ${flowText(limit)}`,
      zh: `12 小时底流连续两小时低于 ${flowText(limit)}`,
    },
  };
}

/** BURST. */
export function burstProof(state: BurstState, q3M3h: number | null): Proof {
  const limit = burstLimit(state, q3M3h);
  return {
    actual: state.burstNow,
    expected: null,
    low: 0,
    high: limit,
    excess: state.burstNow,
    isLoss: true,
    reason: {
      en: `two intervals in a row at ${flowText(state.burstNow)} or more; the limit of this meter is ${flowText(limit)}`,
      zh: `连续两个时段流量不低于 ${flowText(state.burstNow)}；该表限值为 ${flowText(limit)}`,
    },
    clearsWhen: { en: `two intervals below ${flowText(limit)}`, zh: `连续两个时段低于 ${flowText(limit)}` },
  };
}

/** INTERMITTENT (up) and UNDER_REG (down). */
export function cusumProof(state: CusumState, direction: "up" | "down"): Proof {
  const expected = expectedLitres(state);
  const [now, usual] = [Math.round(state.cusumLitres), Math.round(expected)];
  const isUp = direction === "up";
  return {
    actual: state.cusumLitres / 24,
    expected: expected / 24,
    excess: Math.abs(state.cusumLitres - expected) / 24,
    isLoss: isUp,
    reason: {
      en: `daily use stays ${isUp ? "above" : "below"} what this meter is used to: ${now} L on the last day, ${usual} L usual`,
      zh: `日用量持续${isUp ? "高" : "低"}于该表平常水平：最近一日 ${now} 升，平常 ${usual} 升`,
    },
    clearsWhen: { en: "several days back at the usual use", zh: "连续数日恢复平常用量" },
    details: { lastDayLitres: now, usualDayLitres: usual },
  };
}

/** NO_USE; the money is the use that is not counted. */
export function zeroProof(state: ZeroState, cusum: CusumState): Proof {
  const [hours, before] = [Math.round(state.zeroHours), Math.round(state.zeroRecord)];
  const usual = expectedLitres(cusum) / 24;
  return {
    actual: 0,
    expected: usual,
    excess: usual,
    isLoss: false,
    reason: {
      en: `no use for ${hours} h; before that the longest standstill was ${before} h`,
      zh: `${hours} 小时无用量；此前最长停用 ${before} 小时`,
    },
    clearsWhen: { en: "the register moves again", zh: "读数恢复走动" },
    details: { standstillHours: hours, recordHours: before },
  };
}

/** USAGE_CHANGE of a key account. */
export function usageProof(state: UsageState): Proof {
  const percent = state.usageMedian > 0 ? Math.round((state.usageLitres / state.usageMedian - 1) * 100) : null;
  const [now, usual] = [(state.usageLitres / 1000).toFixed(1), (state.usageMedian / 1000).toFixed(1)];
  const sign = percent === null ? "" : ` (${percent > 0 ? "+" : ""}${percent} %)`;
  return {
    actual: state.usageLitres / 24,
    expected: state.usageMedian / 24,
    low: Math.max(0, state.usageMedian - 4 * state.usageSpread) / 24,
    high: (state.usageMedian + 4 * state.usageSpread) / 24,
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
