import {
  calendarOf,
  type EmittedInterval,
  estimateShape,
  INTERVAL_CODES,
  intervalsOf,
  knownInstants,
  type ProfileClass,
  VEE_HISTORY_MS,
  withEdits,
} from "@nightflow/analytics/pure";
import type { Curve, ReadingStore } from "@nightflow/storage";
import { countLimitsOf, countsToM3, type MeasuredPoint, volumeUnitOf } from "./points.ts";

/** Trust in one step of a series: the worst of what it is made of. */
export type UsageQuality = "good" | "estimated" | "suspect" | "missing";

const QUALITIES: readonly UsageQuality[] = ["good", "estimated", "suspect", "missing"];

/**
 * Volumes on a fixed UTC grid, summed over some points. `volumesM3` is NaN where a point has no volume; `qualities` holds
 * INTERVAL_CODES.
 */
export interface UsageSeries {
  readonly unit: "m3" | "Sm3";
  readonly stepMs: number;
  /** First step's start. */
  readonly fromMs: number;
  readonly volumesM3: Float64Array;
  readonly qualities: Uint8Array;
}

/** Step of a series over some points: the longest of their periods. */
export function stepOf(points: readonly MeasuredPoint[]): number {
  return points.reduce((longest, point) => Math.max(longest, point.periodMs), 0);
}

/** How estimates are given a shape: like days of the zone's calendar, or those of the class where there is no history. */
export interface EstimateShape {
  readonly zone: string;
  readonly profile: ProfileClass;
}

/**
 * Volumes of some points over [fromMs, toMs), whole steps inside it; null when there is no point. With `shape` what was not read is
 * estimated as reports estimate it; without, by the straight line between the registers. Totals are the same.
 */
export async function usageSeries(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  fromMs: number,
  toMs: number,
  shape?: EstimateShape,
): Promise<UsageSeries | null> {
  const first = points[0];
  if (first === undefined) return null;
  const series = emptySeries(volumeUnitOf(first), stepOf(points), fromMs, toMs);
  const range = readFor(series);
  for (const point of points) {
    const rows = rowsOf(point, await store.curve(point.channelId, range.fromMs, range.toMs));
    addRows(series, point, shape === undefined ? rows : await shapedRows(store, point, rows, range, shape));
  }
  return series;
}

/** The same of one point whose readings over [fromMs, toMs) and two steps on either side are there already. */
export function usageOfCurve(point: MeasuredPoint, curve: Curve, fromMs: number, toMs: number): UsageSeries {
  const series = emptySeries(volumeUnitOf(point), point.periodMs, fromMs, toMs);
  const range = readFor(series);
  addRows(series, point, rowsOf(point, curveWithin(curve, range.fromMs, range.toMs)));
  return series;
}

/** The readings of a curve in [fromMs, toMs), on the same memory. */
export function curveWithin(curve: Curve, fromMs: number, toMs: number): Curve {
  const from = firstFrom(curve.readAtMs, fromMs);
  const to = Math.max(from, firstFrom(curve.readAtMs, toMs));
  return {
    channel: curve.channel,
    length: to - from,
    readAtMs: curve.readAtMs.subarray(from, to),
    counts: curve.counts.subarray(from, to),
    gauges: curve.gauges.subarray(from, to),
    qualities: curve.qualities.subarray(from, to),
    flags: curve.flags.subarray(from, to),
  };
}

function firstFrom(times: Float64Array, atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Some steps before and after, so that the register at both ends is known.
function readFor({ fromMs, stepMs, volumesM3 }: UsageSeries): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: fromMs - 2 * stepMs, toMs: fromMs + (volumesM3.length + 2) * stepMs };
}

function emptySeries(unit: "m3" | "Sm3", stepMs: number, fromMs: number, toMs: number): UsageSeries {
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const length = Math.max(0, Math.floor((toMs - first) / stepMs));
  return { unit, stepMs, fromMs: first, volumesM3: new Float64Array(length), qualities: new Uint8Array(length) };
}

type Rows = readonly Readonly<EmittedInterval>[];

function rowsOf(point: MeasuredPoint, curve: Curve): Rows {
  return intervalsOf(curve, { periodMs: point.periodMs, ...countLimitsOf(point) }).rows;
}

/** Rows with their estimates in the shape of like days; the weeks before are read only where something is estimated. */
async function shapedRows(
  store: ReadingStore,
  point: MeasuredPoint,
  rows: Rows,
  range: { readonly fromMs: number; readonly toMs: number },
  { zone, profile }: EstimateShape,
): Promise<Rows> {
  if (!rows.some(({ quality }) => quality === INTERVAL_CODES.estimated)) return rows;
  const curve = await store.curve(point.channelId, range.fromMs - VEE_HISTORY_MS, range.toMs);
  const series = intervalsOf(curve, { periodMs: point.periodMs, ...countLimitsOf(point) });
  return estimateShape(series, { calendar: calendarOf(zone), profile, knownAtMs: knownInstants(curve) });
}

/** Adds one point: a step counts as measured when intervals cover it from end to end. */
function addRows(series: UsageSeries, point: MeasuredPoint, read: Rows): void {
  const { fromMs, stepMs, volumesM3, qualities } = series;
  const rows = point.edits === undefined ? read : withEdits(read, point.edits, point.periodMs);
  const coveredMs = new Float64Array(volumesM3.length);
  for (const row of rows) {
    const at = Math.floor((row.startMs - fromMs) / stepMs);
    if (at < 0 || at >= volumesM3.length || row.quality === INTERVAL_CODES.missing) continue;
    coveredMs[at] = (coveredMs[at] ?? 0) + (row.endMs - row.startMs);
    volumesM3[at] = (volumesM3[at] ?? 0) + point.sign * countsToM3(row.counts, point);
    qualities[at] = Math.max(qualities[at] ?? 0, row.quality);
  }
  for (let at = 0; at < coveredMs.length; at++) if ((coveredMs[at] ?? 0) < stepMs) voidStep(series, at);
}

function voidStep(series: UsageSeries, at: number): void {
  series.volumesM3[at] = Number.NaN;
  series.qualities[at] = INTERVAL_CODES.missing;
}

/** Quality of a step in words. */
export function qualityAt(series: UsageSeries, at: number): UsageQuality {
  return QUALITIES[series.qualities[at] ?? INTERVAL_CODES.missing] ?? "missing";
}

/** Sum of the steps that have a volume; null when none has. */
export function totalM3(series: UsageSeries): number | null {
  let total = 0;
  let measured = 0;
  for (const volume of series.volumesM3) {
    if (Number.isNaN(volume)) continue;
    total += volume;
    measured++;
  }
  return measured === 0 ? null : total;
}

/** Share of the steps that are good; estimates never count. 0 when there is no step. */
export function completenessOf(series: UsageSeries): number {
  let good = 0;
  for (const quality of series.qualities) if (quality === INTERVAL_CODES.good) good++;
  return series.qualities.length === 0 ? 0 : good / series.qualities.length;
}
