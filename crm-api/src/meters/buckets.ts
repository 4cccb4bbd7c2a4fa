import { calendarOf, dateTextOf, dayOfDate, INTERVAL_CODES, type ZoneCalendar } from "@nightflow/analytics/pure";
import type { UsageQuality, UsageSeries } from "./usage.ts";

/** How fine a curve is shown: as measured, or summed up over local hours, days or months. */
export type BucketStep = "interval" | "hour" | "day" | "month";

/** A bar of a curve. `completeness` is good time ÷ whole time; the volume is of what is there, null when nothing is. */
export interface UsageBucket {
  readonly startMs: number;
  readonly endMs: number;
  readonly volumeM3: number | null;
  readonly completeness: number;
  readonly quality: UsageQuality;
}

const HOUR_MS = 3_600_000;

/** A series as bars; local days have 23 to 25 hours. A bar at either end holds what of it lies in the series. */
export function bucketsOf(series: UsageSeries, step: BucketStep, zone: string): UsageBucket[] {
  if (step === "interval") return Array.from(series.volumesM3, (_, at) => bucketOfSteps(series, at, at + 1));
  const endOf = bucketEnd(step, calendarOf(zone));
  const buckets: UsageBucket[] = [];
  for (let from = 0; from < series.volumesM3.length; ) {
    const endMs = endOf(startAt(series, from));
    const to = Math.max(
      from + 1,
      Math.min(series.volumesM3.length, Math.ceil((endMs - series.fromMs) / series.stepMs)),
    );
    buckets.push(bucketOfSteps(series, from, to));
    from = to;
  }
  return buckets;
}

function startAt(series: UsageSeries, step: number): number {
  return series.fromMs + step * series.stepMs;
}

function bucketOfSteps(series: UsageSeries, from: number, to: number): UsageBucket {
  let volume = 0;
  let measured = 0;
  let good = 0;
  let worst = 0;
  for (let at = from; at < to; at++) {
    const quality = series.qualities[at] ?? INTERVAL_CODES.missing;
    if (quality === INTERVAL_CODES.good) good++;
    if (quality === INTERVAL_CODES.missing) continue;
    volume += series.volumesM3[at] ?? 0;
    worst = Math.max(worst, quality);
    measured++;
  }
  return {
    startMs: startAt(series, from),
    endMs: startAt(series, to),
    volumeM3: measured === 0 ? null : volume,
    completeness: good / (to - from),
    quality: measured === 0 ? "missing" : qualityName(worst),
  };
}

function qualityName(code: number): UsageQuality {
  return code === INTERVAL_CODES.good ? "good" : code === INTERVAL_CODES.estimated ? "estimated" : "suspect";
}

function bucketEnd(step: Exclude<BucketStep, "interval">, calendar: ZoneCalendar): (atMs: number) => number {
  if (step === "day") return (atMs) => calendar.instantOf(calendar.dayOf(atMs) + 1);
  if (step === "month") return (atMs) => calendar.instantOf(dayOfNextMonth(calendar.dayOf(atMs)));
  return (atMs) => {
    const localMs = atMs + calendar.offsetMs(atMs);
    return atMs - (localMs % HOUR_MS) + HOUR_MS;
  };
}

function dayOfNextMonth(day: number): number {
  const date = new Date(`${dateTextOf(day)}T00:00:00Z`);
  return dayOfDate(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toISOString().slice(0, 10));
}
