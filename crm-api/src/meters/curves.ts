import type { ProfileClass } from "@nightflow/analytics/pure";
import type { ReadingStore } from "@nightflow/storage";
import type { z } from "zod";
import { type CsvCell, toCsv } from "../http/csv.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { isoInZone } from "../http/zone-time.ts";
import { type BucketStep, bucketsOf } from "./buckets.ts";
import { countsToM3, type MeasuredPoint, volumeUnitOf } from "./points.ts";
import { qualityOf } from "./queries.ts";
import { completenessOf, curveWithin, stepOf, totalM3, usageOfCurve, usageSeries } from "./usage.ts";
import type { CurveQuery, RegisterCurve, UsageCurve } from "./wire.ts";

const MOST_STEPS = 120_000;
const MOST_POINTS = 12_000;
// A year of quarter-hours.
const MOST_READINGS = 36_000;

/**
 * Consumption of some registers over [from, to) as bars of `step`. What was not read is estimated as in reports.
 *
 * @throws {BadRequestProblem} when the span is empty or would give more bars than anyone can look at.
 */
export async function usageCurve(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  query: { readonly from: number; readonly to: number; readonly step: BucketStep },
  zone: string,
  profile: ProfileClass = "home_water",
): Promise<z.infer<typeof UsageCurve>> {
  const { from, to, step } = query;
  checkSpan(query, stepOf(points));
  const series = await usageSeries(store, points, from, to, { zone, profile });
  if (series === null) return { from, to, zone, unit: null, completeness: 0, step, total: null, points: [] };
  const buckets = bucketsOf(series, step, zone);
  return {
    from,
    to,
    zone,
    unit: series.unit,
    completeness: completenessOf(series),
    step,
    total: totalM3(series),
    points: buckets.map((bucket) => ({
      startAt: bucket.startMs,
      endAt: bucket.endMs,
      volume: bucket.volumeM3,
      completeness: bucket.completeness,
      quality: bucket.quality,
    })),
  };
}

/** The register of a meter as it was read. */
export async function registerCurve(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  query: CurveQuery,
  zone: string,
): Promise<z.infer<typeof RegisterCurve>> {
  const { from, to } = query;
  const [point] = points;
  const head = { from, to, zone, step: "raw" as const };
  if (point === undefined) return { ...head, unit: null, completeness: 0, readAt: [], register: [], quality: [] };
  checkSpan({ ...query, step: "interval" }, point.periodMs, MOST_READINGS);
  const read = await store.curve(point.channelId, from - 2 * point.periodMs, to + 2 * point.periodMs);
  const curve = curveWithin(read, from, to);
  const quality = Array.from(curve.qualities, qualityOf);
  return {
    ...head,
    unit: volumeUnitOf(point),
    completeness: completenessOf(usageOfCurve(point, read, from, to)),
    readAt: Array.from(curve.readAtMs),
    register: quality.map((trust, at) => (trust === "missing" ? null : countsToM3(curve.counts[at] ?? 0n, point))),
    quality,
  };
}

function checkSpan(query: { from: number; to: number; step: BucketStep }, stepMs: number, most = MOST_POINTS): void {
  const spanMs = query.to - query.from;
  if (spanMs <= 0) throw new BadRequestProblem("`to` must lie after `from`");
  if (stepMs <= 0) return;
  const barMs = query.step === "interval" ? stepMs : query.step === "hour" ? 3_600_000 : 86_400_000;
  if (spanMs / stepMs <= MOST_STEPS && spanMs / barMs <= most) return;
  throw new BadRequestProblem(`this span has more than ${most} ${most === MOST_READINGS ? "readings" : "bars"}`, {
    remedy: "ask for a shorter span or a coarser step",
  });
}

/** A curve as CSV: local ISO times with offset, volume, completeness and quality. */
export function curveCsv(curve: z.infer<typeof UsageCurve>): string {
  const header = ["start", "end", `volume_${curve.unit ?? "m3"}`, "completeness", "quality"];
  const rows = curve.points.map((point): CsvCell[] => [
    isoInZone(point.startAt, curve.zone),
    isoInZone(point.endAt, curve.zone),
    point.volume,
    point.completeness,
    point.quality,
  ]);
  return toCsv(header, rows);
}
