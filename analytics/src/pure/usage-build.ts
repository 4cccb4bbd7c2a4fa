import type { Curve } from "@nightflow/storage/pure";
import { intervalsOf } from "./intervals.ts";
import { calendarOf, dateTextOf, dayOfDate } from "./local-time.ts";
import { completenessOf, hourProfile, keyFigures, type UsageSeries, usageDays } from "./usage-figures.ts";
import type {
  PreviousPeriod,
  RegisterSpan,
  UsageCurveReport,
  UsageMeterInput,
  UsagePeriod,
  UsageReportInput,
} from "./usage-report.ts";
import { intervalOptionsOf, type UsageShape, usageSeries } from "./usage-series.ts";

const LINEAR_PERIODS = 1.5;

/** The period of equal kind before: the month before a whole month, else as many days. */
export function previousPeriodOf(period: UsagePeriod): UsagePeriod {
  const isWholeMonths = period.from.endsWith("-01") && period.to.endsWith("-01");
  const from = dayOfDate(period.from);
  if (!isWholeMonths) return { from: dateTextOf(from - (dayOfDate(period.to) - from)), to: period.from };
  return { from: addMonths(period.from, -monthsBetween(period.from, period.to)), to: period.from };
}

function monthsBetween(from: string, to: string): number {
  const months = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  return months(to) - months(from);
}

function addMonths(date: string, months: number): string {
  const at = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + months, 1));
  return at.toISOString().slice(0, 10);
}

/** The instants between which a meter's curve is needed for a report: the period, the one before, and a margin at both ends. */
export function usageCurveRange(period: UsagePeriod, zone: string, periodMs: number): { fromMs: number; toMs: number } {
  const bounds = boundsOf({ from: previousPeriodOf(period).from, to: period.to }, zone);
  return { fromMs: bounds.fromMs - 2 * periodMs, toMs: bounds.toMs + 2 * periodMs };
}

function boundsOf(period: UsagePeriod, zone: string): { fromMs: number; toMs: number } {
  const calendar = calendarOf(zone);
  return { fromMs: calendar.instantOf(dayOfDate(period.from)), toMs: calendar.instantOf(dayOfDate(period.to)) };
}

/**
 * The usage-curve report of an account: sections A to C of DOMAIN 4, from register curves alone.
 *
 * A period that has not ended is judged up to the data cut-off only in its completeness: what is not there is missing.
 * Figures are null where nothing was measured; the period before is null, with the reason, when nothing is known of it.
 */
export function buildUsageCurveReport(input: UsageReportInput): UsageCurveReport {
  const stepMs = Math.max(...input.meters.map((m) => m.periodMs), 0) || 3_600_000;
  const bounds = boundsOf(input.period, input.subject.zone);
  const series = seriesOf(input, input.period, stepMs);
  const days = usageDays(series);
  return {
    subject: input.subject,
    volumeUnit: input.volumeUnit,
    period: input.period,
    ...bounds,
    stepMs,
    dataCutoffMs: input.dataCutoffMs,
    version: input.version,
    isRevised: input.isRevised,
    registers: input.meters.map((meter) => registerSpan(meter, bounds)),
    figures: keyFigures(series, days),
    previous: previousOf(input, stepMs),
    series: series.points,
    days,
    profile: hourProfile(series),
  };
}

function seriesOf(input: UsageReportInput, period: UsagePeriod, stepMs: number): UsageSeries {
  const bounds = boundsOf(period, input.subject.zone);
  return {
    subject: input.subject,
    points: usageSeries(input.meters, bounds.fromMs, bounds.toMs, stepMs, shapeOf(input)),
    stepMs,
    firstDay: dayOfDate(period.from),
    endDay: dayOfDate(period.to),
  };
}

/** Reports are of key accounts: of water they use as businesses do. */
function shapeOf({ subject }: UsageReportInput): UsageShape {
  return { calendar: calendarOf(subject.zone), profile: subject.commodity === "gas" ? "gas" : "business_water" };
}

function previousOf(input: UsageReportInput, stepMs: number): PreviousPeriod {
  const period = previousPeriodOf(input.period);
  const series = seriesOf(input, period, stepMs);
  const { good, estimated } = completenessOf(series.points);
  if (good + estimated === 0)
    return {
      period,
      figures: null,
      reason: { zh: "上一周期没有读数", en: "there are no readings of the period before" },
    };
  const days = usageDays(series);
  return { period, figures: keyFigures(series, days), days };
}

/** The meter's register at both ends of the period, read off the raw curve and so a check of the intervals' sum. */
function registerSpan(meter: UsageMeterInput, bounds: { fromMs: number; toMs: number }): RegisterSpan {
  const start = registerAt(meter.curve, bounds.fromMs, meter.periodMs);
  const end = registerAt(meter.curve, bounds.toMs, meter.periodMs);
  const rows = intervalsOf(meter.curve, intervalOptionsOf(meter)).rows.filter(
    (r) => r.startMs >= bounds.fromMs && r.endMs <= bounds.toMs && r.quality < 3,
  );
  const totalCounts = rows.length === 0 ? null : rows.reduce((sum, row) => sum + row.counts, 0);
  const difference = differenceOf(start, end, meter.capacityCounts);
  const m3 = (counts: number | null) => (counts === null ? null : counts * meter.resolutionM3);
  return {
    meter: meter.meter,
    serial: meter.serial,
    model: meter.model,
    startM3: m3(start),
    endM3: m3(end),
    differenceM3: m3(difference),
    totalM3: m3(totalCounts),
    isConsistent: difference !== null && totalCounts !== null && Math.abs(difference - totalCounts) <= 1,
  };
}

function differenceOf(start: number | null, end: number | null, capacity: number | null): number | null {
  if (start === null || end === null) return null;
  if (end >= start) return end - start;
  return capacity === null ? null : end - start + capacity;
}

/** Counts of the register at an instant: the nearer good reading within 10 %, else on the line between its neighbours; null beyond. */
function registerAt(curve: Curve, atMs: number, periodMs: number): number | null {
  let before = -1;
  let after = -1;
  for (let i = 0; i < curve.length && after < 0; i++) {
    if (curve.qualities[i] !== 0) continue;
    if ((curve.readAtMs[i] ?? 0) < atMs) before = i;
    else after = i;
  }
  const [fromPrevious, toNext] = [atMs - timeAt(curve, before), timeAt(curve, after) - atMs];
  if (after >= 0 && toNext <= 0.1 * periodMs && !(before >= 0 && fromPrevious < toNext)) return countsAt(curve, after);
  if (before >= 0 && fromPrevious <= 0.1 * periodMs) return countsAt(curve, before);
  if (before < 0 || after < 0) return null;
  const moved = countsAt(curve, after) - countsAt(curve, before);
  if (moved < 0 || (moved > 0 && fromPrevious + toNext > LINEAR_PERIODS * periodMs)) return null;
  return countsAt(curve, before) + Math.round((moved * fromPrevious) / (fromPrevious + toNext));
}

function timeAt(curve: Curve, i: number): number {
  return curve.readAtMs[i] ?? Number.NaN;
}

function countsAt(curve: Curve, i: number): number {
  return Number(curve.counts[i] ?? 0n);
}
