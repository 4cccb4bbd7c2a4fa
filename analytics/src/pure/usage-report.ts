import type { Curve } from "@nightflow/storage/pure";

/** Whose curve a report shows; printed on its cover. */
export interface UsageReportSubject {
  readonly accountId: string;
  readonly accountNo: string;
  readonly customerName: string;
  readonly commodity: "water" | "gas";
  /** IANA zone of the company; days and nights of the report are local to it. */
  readonly zone: string;
  readonly currency: string;
  readonly managerName: string | null;
  /** Price of the marginal m³, all components; null when no tariff is known, then no cost is printed. */
  readonly pricePerM3: number | null;
}

/** One meter of the account. `curve` should cover `usageCurveRange` so that the period before can be compared. */
export interface UsageMeterInput {
  readonly meter: string;
  readonly serial: string | null;
  readonly model: string;
  readonly periodMs: number;
  /** Size of one count in m³ (Sm³ for gas at base conditions). */
  readonly resolutionM3: number;
  readonly capacityCounts: number | null;
  readonly maxCountsPerHour: number | null;
  readonly curve: Curve;
  /** What people have put in the place of intervals, whole counts by their start; null is a voided one. */
  readonly edits?: ReadonlyMap<number, number | null>;
}

/** A period of whole local days: `from` is its first day, `to` the first day after it, `YYYY-MM-DD`. */
export interface UsagePeriod {
  readonly from: string;
  readonly to: string;
}

export interface UsageReportInput {
  readonly subject: UsageReportSubject;
  /** `Sm3` when the meters count gas at base conditions. */
  readonly volumeUnit: "m3" | "Sm3";
  readonly meters: readonly UsageMeterInput[];
  readonly period: UsagePeriod;
  /** Readings after this instant were not known when the report was made. */
  readonly dataCutoffMs: number;
  readonly version: number;
  readonly isRevised: boolean;
}

/** How much of what was expected is there. `share` is good ÷ expected; estimates never count as good. */
export interface Completeness {
  readonly expected: number;
  readonly good: number;
  readonly estimated: number;
  readonly missing: number;
  readonly share: number;
  /** True below 90 %: every section that uses these figures must say so. */
  readonly isLow: boolean;
}

/** Section B of the report. A figure is null when there is nothing to compute it from. */
export interface KeyFigures {
  /** Sum of the good and estimated intervals. */
  readonly totalM3: number | null;
  readonly dailyMeanM3: number | null;
  /** Total ÷ (days × 24 h). */
  readonly qAvgM3h: number | null;
  readonly qMaxM3h: number | null;
  /** Start of the interval with the highest flow. */
  readonly qMaxAtMs: number | null;
  readonly qMinM3h: number | null;
  /** Load factor q_avg ÷ q_max. */
  readonly loadFactor: number | null;
  /** Highest hour ÷ mean hour of the day with the largest volume. */
  readonly kh: number | null;
  /** Largest day ÷ mean day. */
  readonly kd: number | null;
  /** Median over nights of the least rolling hour in 02-04 (gas 01-05) local time. */
  readonly baseFlowM3h: number | null;
  /** Base flow × 24 h ÷ daily mean. */
  readonly baseShare: number | null;
  /** Share of the volume used from 22 to 06 local time. */
  readonly nightShare: number | null;
  /** Mean weekend day ÷ mean working day. */
  readonly weekendRatio: number | null;
  readonly estimatedCost: number | null;
  readonly completeness: Completeness;
}

/** Register of one meter at both ends of the period; its difference is the meter's part of the total. */
export interface RegisterSpan {
  readonly meter: string;
  readonly serial: string | null;
  readonly model: string;
  readonly startM3: number | null;
  readonly endM3: number | null;
  /** End minus start, over roll-overs and resets of the register; null when an end is unknown. */
  readonly differenceM3: number | null;
  /** Sum of the meter's intervals. */
  readonly totalM3: number | null;
  /** Whether sum and difference agree within one count. */
  readonly isConsistent: boolean;
}

export type UsageIntervalQuality = "good" | "estimated" | "suspect" | "missing";

export interface UsagePoint {
  readonly startMs: number;
  readonly volumeM3: number | null;
  readonly quality: UsageIntervalQuality;
}

export interface UsageDay {
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly volumeM3: number | null;
  readonly maxM3h: number | null;
  readonly minM3h: number | null;
  /** Good intervals ÷ intervals expected of the day. */
  readonly completeness: number;
}

/** Spread of the hourly flow at one hour of the local day, over all days of the period. */
export interface HourProfile {
  readonly hour: number;
  readonly p10M3h: number | null;
  readonly medianM3h: number | null;
  readonly p90M3h: number | null;
}

/** The same figures of the period before, or why they are not there. */
export type PreviousPeriod =
  | { readonly period: UsagePeriod; readonly figures: KeyFigures; readonly days: readonly UsageDay[] }
  | {
      readonly period: UsagePeriod;
      readonly figures: null;
      readonly reason: { readonly zh: string; readonly en: string };
    };

/** Sections A to C of the key-account report (DOMAIN 4): cover, key figures, curves. Volumes in m³ (gas: at base conditions where metered so). */
export interface UsageCurveReport {
  readonly subject: UsageReportSubject;
  readonly volumeUnit: "m3" | "Sm3";
  readonly period: UsagePeriod;
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of one interval of the series: the longest period of the meters. */
  readonly stepMs: number;
  readonly dataCutoffMs: number;
  readonly version: number;
  readonly isRevised: boolean;
  readonly registers: readonly RegisterSpan[];
  readonly figures: KeyFigures;
  readonly previous: PreviousPeriod;
  /** One point per step over the whole period, gaps included. */
  readonly series: readonly UsagePoint[];
  readonly days: readonly UsageDay[];
  readonly profile: readonly HourProfile[];
}
