import type { Curve } from "@nightflow/storage/pure";
import {
  type EmittedInterval,
  INTERVAL_CODES,
  type IntervalOptions,
  intervalsOf,
  MAX_ESTIMATE_MS,
} from "./intervals.ts";
import { isWithin, type LateSpan } from "./late.ts";

/** What an interval held before some readings came and holds since, in whole counts; null is no volume. */
export type ChangedInterval = readonly [startMs: number, before: number | null, since: number | null];

/** The intervals of a register that its late readings change, ascending; none where they only confirm what was measured. */
export function changedIntervals(curve: Curve, late: readonly LateSpan[], options: IntervalOptions): ChangedInterval[] {
  const near = around(late, options);
  const before = volumesOf(
    part(curve, (atMs) => near(atMs) && !isWithin(late, atMs)),
    options,
  );
  const since = volumesOf(part(curve, near), options);
  const starts = [...new Set([...before.keys(), ...since.keys()])].sort((a, b) => a - b);
  return starts.flatMap((startMs) => {
    const [was, is] = [before.get(startMs) ?? null, since.get(startMs) ?? null];
    return was?.counts === is?.counts && was?.quality === is?.quality
      ? []
      : [[startMs, was?.counts ?? null, is?.counts ?? null] as const];
  });
}

/** Intervals of a register that its late readings change, as they were and as they are; those without a volume are on neither side. */
export interface MovedIntervals {
  readonly was: readonly EmittedInterval[];
  readonly now: readonly EmittedInterval[];
}

/** What of a register's intervals was another one before its late readings came, and what it is now; those within `known` were there before. */
export function movedIntervals(
  curve: Curve,
  late: readonly LateSpan[],
  options: IntervalOptions,
  known: readonly LateSpan[] = [],
): MovedIntervals {
  const near = around(late, options);
  const inTime = part(curve, (atMs) => near(atMs) && (!isWithin(late, atMs) || isWithin(known, atMs)));
  const [was, now] = [knownOf(inTime, options), knownOf(part(curve, near), options)];
  const isIn = (others: ReadonlyMap<number, EmittedInterval>) => (interval: EmittedInterval) => {
    const other = others.get(interval.startMs);
    return other?.counts === interval.counts && other.quality === interval.quality;
  };
  const [isKept, isOld] = [isIn(now), isIn(was)];
  return {
    was: [...was.values()].filter((interval) => !isKept(interval)),
    now: [...now.values()].filter((interval) => !isOld(interval)),
  };
}

function knownOf(curve: Curve, options: IntervalOptions): Map<number, EmittedInterval> {
  const known = intervalsOf(curve, options).rows.filter(({ quality }) => quality < INTERVAL_CODES.missing);
  return new Map(known.map((interval) => [interval.startMs, interval]));
}

interface Volume {
  readonly counts: number;
  readonly quality: number;
}

function volumesOf(curve: Curve, options: IntervalOptions): Map<number, Volume> {
  const volumes = new Map<number, Volume>();
  for (const { startMs, counts, quality } of intervalsOf(curve, options).rows)
    if (quality !== INTERVAL_CODES.missing) volumes.set(startMs, { counts, quality });
  return volumes;
}

/** What may touch an interval that the late readings change: they can reach no further than the longest gap that is estimated. */
function around(late: readonly LateSpan[], { maxEstimateMs = MAX_ESTIMATE_MS, periodMs }: IntervalOptions) {
  const reachMs = maxEstimateMs + 2 * periodMs;
  const fromMs = (late[0]?.[0] ?? 0) - reachMs;
  const toMs = (late.at(-1)?.[1] ?? 0) + reachMs;
  return (atMs: number) => atMs >= fromMs && atMs <= toMs;
}

function part(curve: Curve, isKept: (atMs: number) => boolean): Curve {
  const rows: number[] = [];
  for (let i = 0; i < curve.length; i++) if (isKept(curve.readAtMs[i] ?? 0)) rows.push(i);
  return {
    channel: curve.channel,
    length: rows.length,
    readAtMs: Float64Array.from(rows, (i) => curve.readAtMs[i] ?? 0),
    counts: BigInt64Array.from(rows, (i) => curve.counts[i] ?? 0n),
    gauges: Float64Array.from(rows, (i) => curve.gauges[i] ?? Number.NaN),
    qualities: Uint8Array.from(rows, (i) => curve.qualities[i] ?? 2),
    flags: Uint32Array.from(rows, (i) => curve.flags[i] ?? 0),
  };
}
