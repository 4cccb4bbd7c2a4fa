import { QUALITY_CODES } from "@nightflow/domain";
import {
  type Curve,
  type LastValue,
  type LastValueColumns,
  type NightColumns,
  ROLL_UP_FIGURES,
  type RollUpColumns,
  type RollUpFigure,
} from "../ports.ts";
import type { Period } from "./local-days.ts";

/** Columns while they are being filled. */
export type Mutable<Columns> = { -readonly [Key in keyof Columns]: Columns[Key] };

const HOUR_MS = 3_600_000;

/** Roll-ups of `length` periods over `channels`, without a value, to be filled in place; columns not named stay empty. */
export function blankRollUps(
  length: number,
  channels: readonly string[],
  figures: readonly RollUpFigure[] = ROLL_UP_FIGURES,
): Mutable<RollUpColumns> {
  const sized = (figure: RollUpFigure) => columnOf(figure, figures.includes(figure) ? length : 0);
  return {
    length,
    channels,
    channelNos: new Int32Array(length),
    fromMs: new Float64Array(length),
    toMs: new Float64Array(length),
    ...(Object.fromEntries(ROLL_UP_FIGURES.map((figure) => [figure, sized(figure)])) as Pick<
      RollUpColumns,
      RollUpFigure
    >),
  };
}

/** A column of roll-ups without a value. */
export function columnOf(figure: RollUpFigure, length: number): Uint32Array | BigInt64Array | Float64Array {
  if (figure === "readings" || figure === "good" || figure === "missing") return new Uint32Array(length);
  if (figure === "firstCounts" || figure === "lastCounts") return new BigInt64Array(length);
  return new Float64Array(length).fill(Number.NaN);
}

/** Roll-ups with the columns that were asked for; the others are empty. */
export function withFigures(columns: RollUpColumns, figures?: readonly RollUpFigure[]): RollUpColumns {
  if (figures === undefined) return columns;
  const others = ROLL_UP_FIGURES.filter((figure) => !figures.includes(figure));
  return { ...columns, ...Object.fromEntries(others.map((figure) => [figure, columnOf(figure, 0)])) };
}

/** Nights of `length` rows over `channels`, to be filled in place. */
export function blankNights(length: number, channels: readonly string[]): Mutable<NightColumns> {
  return {
    length,
    channels,
    channelNos: new Int32Array(length),
    fromMs: new Float64Array(length),
    toMs: new Float64Array(length),
    minCountsPerHour: new Float64Array(length).fill(Number.NaN),
    minGauges: new Float64Array(length).fill(Number.NaN),
    samples: new Uint32Array(length),
  };
}

/** Last values as columns. */
export function lastValueColumns(values: readonly LastValue[]): LastValueColumns {
  const columns = {
    length: values.length,
    channels: values.map((value) => value.channel),
    readAtMs: new Float64Array(values.length),
    counts: new BigInt64Array(values.length),
    gauges: new Float64Array(values.length),
    qualities: new Uint8Array(values.length),
    flags: new Uint32Array(values.length),
    lastValueAtMs: new Float64Array(values.length),
  };
  values.forEach((value, i) => {
    columns.readAtMs[i] = value.readAtMs;
    columns.counts[i] = value.counts ?? 0n;
    columns.gauges[i] = value.gauge ?? Number.NaN;
    columns.qualities[i] = value.quality;
    columns.flags[i] = value.flags;
    columns.lastValueAtMs[i] = value.lastValueAtMs ?? Number.NaN;
  });
  return columns;
}

/**
 * Roll-ups of curves over ascending periods, computed from the readings themselves. Shows what a store's own roll-ups
 * have to say; a store without any may answer with it.
 */
export function rollUpsOf(curves: readonly Curve[], periods: readonly Period[]): RollUpColumns {
  const found = curves.flatMap((curve, channelNo) =>
    periods.flatMap((period) => {
      const rows = rowsWithin(curve, period.fromMs, period.toMs);
      return rows.to > rows.from ? [{ curve, channelNo, period, rows }] : [];
    }),
  );
  const columns = blankRollUps(
    found.length,
    curves.map((curve) => curve.channel),
  );
  found.forEach(({ curve, channelNo, period, rows }, at) => {
    columns.channelNos[at] = channelNo;
    columns.fromMs[at] = period.fromMs;
    columns.toMs[at] = period.toMs;
    for (let row = rows.from; row < rows.to; row++) addReading(columns, at, curve, row);
  });
  return columns;
}

function addReading(columns: RollUpColumns, at: number, curve: Curve, row: number): void {
  const quality = curve.qualities[row];
  columns.readings[at] = (columns.readings[at] ?? 0) + 1;
  if (quality === QUALITY_CODES.good) columns.good[at] = (columns.good[at] ?? 0) + 1;
  if (quality === QUALITY_CODES.missing) columns.missing[at] = (columns.missing[at] ?? 0) + 1;
  else addValue(columns, at, curve, row);
}

function addValue(columns: RollUpColumns, at: number, curve: Curve, row: number): void {
  const gauge = curve.gauges[row] ?? Number.NaN;
  const isFirst = Number.isNaN(columns.firstAtMs[at]);
  if (isFirst) {
    columns.firstAtMs[at] = curve.readAtMs[row] ?? Number.NaN;
    columns.firstCounts[at] = curve.counts[row] ?? 0n;
    columns.firstGauges[at] = gauge;
  }
  columns.lastAtMs[at] = curve.readAtMs[row] ?? Number.NaN;
  columns.lastCounts[at] = curve.counts[row] ?? 0n;
  columns.lastGauges[at] = gauge;
  columns.minGauges[at] = isFirst ? gauge : Math.min(columns.minGauges[at] ?? gauge, gauge);
  columns.maxGauges[at] = isFirst ? gauge : Math.max(columns.maxGauges[at] ?? gauge, gauge);
  columns.sumGauges[at] = isFirst ? gauge : (columns.sumGauges[at] ?? 0) + gauge;
}

/** The least of each night of curves, computed from the readings themselves; see `rollUpsOf`. */
export function nightsOf(curves: readonly Curve[], nights: readonly Period[]): NightColumns {
  const found = curves.flatMap((curve, channelNo) =>
    nights.flatMap((night) => {
      const least = leastOf(curve, night);
      return least.samples === 0 ? [] : [{ channelNo, night, ...least }];
    }),
  );
  const columns = blankNights(
    found.length,
    curves.map((curve) => curve.channel),
  );
  found.forEach(({ channelNo, night, isRegister, least, samples }, at) => {
    columns.channelNos[at] = channelNo;
    columns.fromMs[at] = night.fromMs;
    columns.toMs[at] = night.toMs;
    (isRegister ? columns.minCountsPerHour : columns.minGauges)[at] = least;
    columns.samples[at] = samples;
  });
  return columns;
}

function leastOf(curve: Curve, { fromMs, toMs }: Period): { isRegister: boolean; least: number; samples: number } {
  const { from, to } = rowsWithin(curve, fromMs, toMs + 1);
  let least = Number.POSITIVE_INFINITY;
  let samples = 0;
  let isRegister = false;
  let before = -1;
  for (let row = from; row < to; row++) {
    if (curve.qualities[row] === QUALITY_CODES.missing) continue;
    isRegister = Number.isNaN(curve.gauges[row]);
    const value = isRegister ? countsPerHour(curve, before, row) : gaugeWithin(curve, row, toMs);
    before = row;
    if (!(value >= 0) && (isRegister || Number.isNaN(value))) continue;
    least = Math.min(least, value);
    samples++;
  }
  return { isRegister, least, samples };
}

function countsPerHour(curve: Curve, before: number, row: number): number {
  if (before < 0) return Number.NaN;
  const advance = Number((curve.counts[row] ?? 0n) - (curve.counts[before] ?? 0n));
  return (advance * HOUR_MS) / ((curve.readAtMs[row] ?? 0) - (curve.readAtMs[before] ?? 0));
}

function gaugeWithin(curve: Curve, row: number, toMs: number): number {
  return (curve.readAtMs[row] ?? toMs) < toMs ? (curve.gauges[row] ?? Number.NaN) : Number.NaN;
}

function rowsWithin({ readAtMs, length }: Curve, fromMs: number, toMs: number): { from: number; to: number } {
  return { from: lowerBound(readAtMs, length, fromMs), to: lowerBound(readAtMs, length, toMs) };
}

function lowerBound(sorted: Float64Array, length: number, atMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
