import { bitsToFlags, type EstimateMethod, type Flag, flagsToBits, type IntervalQuality } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage/pure";
import { INTERVAL_CODES, type IntervalOptions, type IntervalSeries, intervalsOf } from "../intervals.ts";
import { calendarOf } from "../local-time.ts";
import type { ProfileClass } from "./class-profile.ts";
import { type EstimatedInterval, estimateShape, knownInstants } from "./estimate.ts";
import {
  checkConstant,
  checkRegister,
  checkSpikes,
  checkStuck,
  checkSum,
  checkUsage,
  type UsageSpan,
} from "./interval-checks.ts";
import { DEFAULT_VEE_LIMITS, type VeeLimits } from "./limits.ts";
import { note, type VeeNote } from "./note.ts";
import { checkJumps, checkPeak, peakOf } from "./peak-checks.ts";
import { checkEvents, checkGaps, checkTimes } from "./reading-checks.ts";
import { checkSlips } from "./slip-checks.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const QUALITIES: readonly IntervalQuality[] = ["good", "estimated", "suspect", "missing"];

/** Days of history that estimates and comparisons look back on; ask for the curve from so much earlier. */
export const VEE_HISTORY_MS = 63 * DAY_MS;

/** A register to be validated over [fromMs, toMs); its curve should begin VEE_HISTORY_MS earlier and end a few periods later. */
export interface VeeInput {
  readonly curve: Curve;
  readonly options: IntervalOptions;
  readonly zone: string;
  readonly profile: ProfileClass;
  readonly fromMs: number;
  readonly toMs: number;
  /** Business time: nothing later can have been read. */
  readonly nowMs: number;
  readonly limits?: VeeLimits;
}

/** An interval as read and as validated. Counts are whole; null where there is no volume. */
export interface ValidatedInterval {
  readonly startMs: number;
  readonly endMs: number;
  /** What two readings give by themselves; an estimate is none. */
  readonly rawCounts: number | null;
  readonly rawQuality: "good" | "suspect" | "missing";
  readonly counts: number | null;
  readonly quality: IntervalQuality;
  readonly flags: readonly Flag[];
  readonly method: EstimateMethod | null;
}

/** A register over a span, every interval of the grid in it, and what the rules found. */
export interface ValidatedSeries {
  readonly periodMs: number;
  readonly rows: readonly ValidatedInterval[];
  readonly notes: readonly VeeNote[];
  /** Share of the intervals that are good; estimates never count. */
  readonly completeness: number;
}

/**
 * Validates a register: intervals, every rule of LEAKS 4 over them, estimates where the register tells how much. Deterministic: the same
 * readings give the same series, so that it can be made again for any past instant.
 *
 * A span without readings gives missing intervals and a note; no figure is ever NaN.
 */
export function validateRegister(input: VeeInput): ValidatedSeries {
  const { curve, options, fromMs, toMs } = input;
  const series = intervalsOf(curve, options);
  const estimated = estimateShape(series, {
    calendar: calendarOf(input.zone),
    profile: input.profile,
    knownAtMs: knownInstants(curve),
    ...(input.limits && { limits: input.limits }),
  });
  const notes = notesOf(input, series).filter((found) => found.toMs >= fromMs && found.fromMs < toMs);
  const rows = onGrid(input, estimated, notes);
  const good = rows.filter((row) => row.quality === "good").length;
  const share = shareNote(rows, input);
  return {
    periodMs: options.periodMs,
    rows,
    notes: (share ? [...notes, share] : notes).toSorted((a, b) => a.fromMs - b.fromMs),
    completeness: rows.length === 0 ? 0 : good / rows.length,
  };
}

function notesOf(input: VeeInput, series: IntervalSeries): VeeNote[] {
  const { curve, options, nowMs, toMs, limits = DEFAULT_VEE_LIMITS } = input;
  const calendar = calendarOf(input.zone);
  const limit = options.maxCountsPerHour;
  // What Q4 lets through in an interval; gas has no Q4 and is judged by the ratio alone.
  const leastCounts = limit === null ? null : (limit * options.periodMs) / HOUR_MS;
  const mayJudgeSpikes = leastCounts !== null || input.profile === "gas";
  const usage = checkUsage(usageOf(series, input.fromMs, toMs), usageBefore(series, input), limits);
  const { rows } = series;
  const peak = checkPeak(peakOf(rows, input.fromMs, toMs), peakOf(rows, beforeOf(input), input.fromMs), limits);
  return [
    ...checkTimes(curve.readAtMs.subarray(0, curve.length), nowMs, limits),
    ...checkGaps(curve, options.periodMs, Math.min(nowMs, toMs), limits),
    ...checkEvents(curve),
    ...checkSlips(curve),
    ...checkRegister(rows),
    ...(mayJudgeSpikes ? checkSpikes(rows, calendar, leastCounts, limits) : []),
    ...checkJumps(rows, leastCounts, limits),
    ...(peak === null ? [] : [peak]),
    ...checkConstant(rows, limits),
    ...checkStuck(rows, limits),
    ...sumNotes(input, series, limits),
    ...(usage === null ? [] : [usage]),
  ];
}

function usageBefore(series: IntervalSeries, input: VeeInput): UsageSpan {
  return usageOf(series, beforeOf(input), input.fromMs);
}

/** Where the span begins that this one is compared with. */
function beforeOf({ fromMs, toMs }: VeeInput): number {
  return fromMs - Math.min(toMs - fromMs, VEE_HISTORY_MS / 2);
}

function usageOf(series: IntervalSeries, fromMs: number, toMs: number): UsageSpan {
  let counts = 0;
  let knownMs = 0;
  for (const row of series.rows) {
    if (row.startMs < fromMs || row.endMs > toMs || row.quality !== INTERVAL_CODES.good) continue;
    counts += row.counts;
    knownMs += row.endMs - row.startMs;
  }
  return { fromMs, toMs, counts, days: knownMs / DAY_MS };
}

/** The register's first and last value on the grid's boundaries against what lies between; across a new register there is no sum. */
function sumNotes({ curve, options, fromMs, toMs }: VeeInput, series: IntervalSeries, limits: VeeLimits): VeeNote[] {
  const inside = series.rows.filter((row) => row.startMs >= fromMs && row.endMs <= toMs);
  const [first, last] = [inside[0], inside.at(-1)];
  if (!first || !last || inside.some((row) => row.quality === INTERVAL_CODES.missing)) return [];
  const from = countsNear(curve, first.startMs, options.periodMs);
  const to = countsNear(curve, last.endMs, options.periodMs);
  if (from === null || to === null || to < from) return [];
  const sum = inside.reduce((total, row) => total + row.counts, 0);
  const found = checkSum(sum, Number(to - from), [first.startMs, last.endMs], limits);
  return found === null ? [] : [found];
}

function countsNear(curve: Curve, atMs: number, periodMs: number): bigint | null {
  for (let i = 0; i < curve.length; i++)
    if (curve.qualities[i] === 0 && Math.abs((curve.readAtMs[i] ?? 0) - atMs) <= 0.001 * periodMs)
      return curve.counts[i] ?? null;
  return null;
}

/** Every interval of the grid in the span; what nothing is known of is missing. */
function onGrid(
  input: VeeInput,
  estimated: readonly EstimatedInterval[],
  notes: readonly VeeNote[],
): ValidatedInterval[] {
  const { periodMs } = input.options;
  const byStart = new Map(estimated.map((row) => [row.startMs, row]));
  const firstMs = Math.ceil(input.fromMs / periodMs) * periodMs;
  const length = Math.max(0, Math.floor((input.toMs - firstMs) / periodMs));
  const marks = new Marks(notes, input.options.periodMs);
  return Array.from({ length }, (_, i) => {
    const startMs = firstMs + i * periodMs;
    return validated(startMs, startMs + periodMs, byStart.get(startMs), marks.bitsAt(startMs));
  });
}

function validated(
  startMs: number,
  endMs: number,
  row: EstimatedInterval | undefined,
  noteBits: number,
): ValidatedInterval {
  const code = row?.quality ?? INTERVAL_CODES.missing;
  const hasVolume = row !== undefined && code !== INTERVAL_CODES.missing;
  const isRead = hasVolume && code !== INTERVAL_CODES.estimated;
  const bits = ((row?.flags ?? flagsToBits(["gap"])) | noteBits) >>> 0;
  return {
    startMs,
    endMs,
    rawCounts: isRead ? row.counts : null,
    rawQuality: !isRead ? "missing" : code === INTERVAL_CODES.suspect ? "suspect" : "good",
    counts: hasVolume ? row.counts : null,
    quality: QUALITIES[code] ?? "missing",
    flags: bitsToFlags(bits),
    method: hasVolume ? row.method : null,
  };
}

/** Rules that speak of single intervals. */
const MARKING: ReadonlySet<VeeNote["rule"]> = new Set(["spike", "jump", "peak_high", "constant", "stuck"]);

/** Notes about single intervals as flags on them; those about a whole span (usage, sums, gaps) stay notes. */
class Marks {
  readonly #bits = new Map<number, number>();

  constructor(notes: readonly VeeNote[], periodMs: number) {
    for (const { rule, flag, fromMs, toMs } of notes) {
      if (!MARKING.has(rule)) continue;
      const bit = flagsToBits([flag]);
      for (let at = fromMs; at < toMs; at += periodMs) this.#bits.set(at, ((this.#bits.get(at) ?? 0) | bit) >>> 0);
    }
  }

  bitsAt(startMs: number): number {
    return this.#bits.get(startMs) ?? 0;
  }
}

/** Share of estimated and missing intervals above what a bill may rest on (LEAKS 4, billing gate; Itron). Null for no interval. */
function shareNote(
  rows: readonly ValidatedInterval[],
  { fromMs, toMs, limits = DEFAULT_VEE_LIMITS }: VeeInput,
): VeeNote | null {
  if (rows.length === 0) return null;
  const unread = rows.filter((row) => row.rawQuality === "missing").length;
  const share = unread / rows.length;
  if (share <= limits.estimatedShare) return null;
  const percent = Math.round(share * 100);
  return note(
    "estimated_share",
    "fail",
    "gap",
    [fromMs, toMs],
    { share, intervals: unread },
    {
      zh: `${percent} % 的时段没有读数：不可直接用于结算`,
      en: `${percent} % of the intervals were not read: not to be billed as it is`,
    },
  );
}
