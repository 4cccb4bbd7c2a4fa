import { calendarOf, dateTextOf, isWeekend } from "./local-time.ts";
import { meanOf, medianOf, quantileOf } from "./statistics.ts";
import type {
  Completeness,
  HourProfile,
  KeyFigures,
  UsageDay,
  UsagePoint,
  UsageReportSubject,
} from "./usage-report.ts";

const HOUR_MS = 3_600_000;
const LOW_COMPLETENESS = 0.9;

/** A series of one period, with what is needed to compute its figures. */
export interface UsageSeries {
  readonly subject: UsageReportSubject;
  readonly points: readonly UsagePoint[];
  readonly stepMs: number;
  readonly firstDay: number;
  readonly endDay: number;
}

interface Measured {
  readonly startMs: number;
  readonly volumeM3: number;
}

/** How much of the period is there. Suspect intervals count as missing. */
export function completenessOf(points: readonly UsagePoint[]): Completeness {
  const count = (quality: UsagePoint["quality"]) => points.filter((p) => p.quality === quality).length;
  const good = count("good");
  const estimated = count("estimated");
  const share = points.length === 0 ? 0 : good / points.length;
  const missing = points.length - good - estimated;
  return { expected: points.length, good, estimated, missing, share, isLow: share < LOW_COMPLETENESS };
}

/** One row per local day, whole days only. */
export function usageDays(series: UsageSeries): UsageDay[] {
  const calendar = calendarOf(series.subject.zone);
  const byDay = Map.groupBy(series.points, (p) => calendar.dayOf(p.startMs));
  const days: UsageDay[] = [];
  for (let day = series.firstDay; day < series.endDay; day++) {
    const points = byDay.get(day) ?? [];
    const bounds = { startMs: calendar.instantOf(day), endMs: calendar.instantOf(day + 1) };
    days.push({ date: dateTextOf(day), ...bounds, ...dayFigures(points, series.stepMs) });
  }
  return days;
}

function dayFigures(points: readonly UsagePoint[], stepMs: number) {
  const flows = measuredOf(points).map((p) => (p.volumeM3 * HOUR_MS) / stepMs);
  const good = points.filter((p) => p.quality === "good").length;
  return {
    volumeM3: flows.length === 0 ? null : sumOf(measuredOf(points)),
    maxM3h: flows.length === 0 ? null : Math.max(...flows),
    minM3h: flows.length === 0 ? null : Math.min(...flows),
    completeness: points.length === 0 ? 0 : good / points.length,
  };
}

/** Section B of DOMAIN 4; every figure is null when nothing was measured. */
export function keyFigures(series: UsageSeries, days: readonly UsageDay[]): KeyFigures {
  const measured = measuredOf(series.points);
  const completeness = completenessOf(series.points);
  const totalM3 = measured.length === 0 ? null : sumOf(measured);
  const dailyMeanM3 = totalM3 === null ? null : totalM3 / days.length;
  const spanHours = (series.points.length * series.stepMs) / HOUR_MS;
  const flows = flowFigures(measured, series.stepMs);
  const qAvgM3h = totalM3 === null || spanHours === 0 ? null : totalM3 / spanHours;
  const baseFlowM3h = baseFlowOf(series);
  const price = series.subject.pricePerM3;
  return {
    totalM3,
    dailyMeanM3,
    qAvgM3h,
    ...flows,
    loadFactor: ratio(qAvgM3h, flows.qMaxM3h),
    kh: khOf(series, days),
    kd: ratio(maxOf(days.map((d) => d.volumeM3)), dailyMeanM3),
    baseFlowM3h,
    baseShare: ratio(baseFlowM3h === null ? null : baseFlowM3h * 24, dailyMeanM3),
    nightShare: ratio(totalM3 === null ? null : sumOf(nightOf(series, measured)), totalM3),
    weekendRatio: weekendRatioOf(series, days),
    estimatedCost: price === null || totalM3 === null ? null : totalM3 * price,
    completeness,
  };
}

function flowFigures(measured: readonly Measured[], stepMs: number) {
  let top: Measured | undefined;
  let bottom: Measured | undefined;
  for (const point of measured) {
    if (!top || point.volumeM3 > top.volumeM3) top = point;
    if (!bottom || point.volumeM3 < bottom.volumeM3) bottom = point;
  }
  const flow = (point: Measured | undefined) => (point ? (point.volumeM3 * HOUR_MS) / stepMs : null);
  return { qMaxM3h: flow(top), qMaxAtMs: top?.startMs ?? null, qMinM3h: flow(bottom) };
}

/** Highest hour of the largest day ÷ that day's mean hour. */
function khOf(series: UsageSeries, days: readonly UsageDay[]): number | null {
  const largest = days.reduce<UsageDay | undefined>(
    (best, day) => ((day.volumeM3 ?? -1) > (best?.volumeM3 ?? -1) ? day : best),
    undefined,
  );
  if (!largest?.volumeM3) return null;
  const hours = hourlyFlows(series.points.filter((p) => p.startMs >= largest.startMs && p.startMs < largest.endMs));
  const meanM3h = (largest.volumeM3 * HOUR_MS) / (largest.endMs - largest.startMs);
  return ratio(maxOf([...hours.values()]), meanM3h);
}

/** Volumes of the whole hours in which every point was measured, by start of the hour. */
function hourlyFlows(points: readonly UsagePoint[]): Map<number, number> {
  const flows = new Map<number, number>();
  for (const [startMs, inHour] of Map.groupBy(points, (p) => Math.floor(p.startMs / HOUR_MS) * HOUR_MS)) {
    const measured = measuredOf(inHour);
    if (measured.length === inHour.length) flows.set(startMs, sumOf(measured));
  }
  return flows;
}

/** Median over nights of the least rolling hour in the night window; nights with a gap in the window are left out. */
function baseFlowOf(series: UsageSeries): number | null {
  const calendar = calendarOf(series.subject.zone);
  const [from, to] = series.subject.commodity === "gas" ? [1, 5] : [2, 4];
  const nights: number[] = [];
  for (let day = series.firstDay; day < series.endDay; day++) {
    const startMs = calendar.instantOf(day, from);
    const endMs = calendar.instantOf(day, to);
    const window = series.points.filter((p) => p.startMs >= startMs && p.startMs + series.stepMs <= endMs);
    const least = leastRollingHour(window, series.stepMs);
    if (least !== null) nights.push(least);
  }
  return medianOf(nights);
}

function leastRollingHour(window: readonly UsagePoint[], stepMs: number): number | null {
  const steps = Math.max(1, Math.round(HOUR_MS / stepMs));
  const measured = measuredOf(window.filter((p) => p.quality === "good"));
  if (measured.length < steps || measured.length < window.length) return null;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + steps <= measured.length; i++) least = Math.min(least, sumOf(measured.slice(i, i + steps)));
  return (least * HOUR_MS) / (steps * stepMs);
}

function nightOf(series: UsageSeries, measured: readonly Measured[]): Measured[] {
  const calendar = calendarOf(series.subject.zone);
  return measured.filter((p) => {
    const hour = calendar.hourOf(p.startMs);
    return hour >= 22 || hour < 6;
  });
}

function weekendRatioOf(series: UsageSeries, days: readonly UsageDay[]): number | null {
  const pick = (weekend: boolean) =>
    days.flatMap((d, i) => (isWeekend(series.firstDay + i) === weekend && d.volumeM3 !== null ? [d.volumeM3] : []));
  return ratio(meanOf(pick(true)), meanOf(pick(false)));
}

/** Spread of the hourly flow by hour of the local day: p10, median, p90 over the days. */
export function hourProfile(series: UsageSeries): HourProfile[] {
  const calendar = calendarOf(series.subject.zone);
  const byHour = Map.groupBy([...hourlyFlows(series.points)], ([startMs]) => Math.floor(calendar.hourOf(startMs)));
  return Array.from({ length: 24 }, (_, hour) => {
    const flows = (byHour.get(hour) ?? []).map(([, flow]) => flow);
    return { hour, p10M3h: quantileOf(flows, 0.1), medianM3h: medianOf(flows), p90M3h: quantileOf(flows, 0.9) };
  });
}

function measuredOf(points: readonly UsagePoint[]): Measured[] {
  return points.flatMap((p) => (p.volumeM3 === null ? [] : [{ startMs: p.startMs, volumeM3: p.volumeM3 }]));
}

function sumOf(points: readonly Measured[]): number {
  return points.reduce((sum, p) => sum + p.volumeM3, 0);
}

function maxOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((max, v) => (v !== null && (max === null || v > max) ? v : max), null);
}

function ratio(upper: number | null, lower: number | null): number | null {
  return upper === null || lower === null || lower === 0 ? null : upper / lower;
}
