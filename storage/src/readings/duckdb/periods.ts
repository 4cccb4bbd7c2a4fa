import type { Period } from "../local-days.ts";
import { type PeriodRun, runsOf } from "./roll-up-sql.ts";
import type { TimeRange } from "./segments.ts";

const HOUR_MS = 3_600_000;

/** Ascending periods by their numbers from 0 on, and how SQL finds the number of one. */
export interface PeriodList {
  readonly length: number;
  readonly runs: readonly PeriodRun[];
  /** Bounds of each. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
}

/** The UTC hours that begin in [fromMs, toMs). */
export function hourList(fromMs: number, toMs: number): PeriodList {
  const first = Math.ceil(fromMs / HOUR_MS);
  const count = Math.max(0, Math.ceil(toMs / HOUR_MS) - first);
  const run = { fromMs: first * HOUR_MS, stepMs: HOUR_MS, lengthMs: HOUR_MS, count };
  const fromMsOf = Float64Array.from({ length: count }, (_, no) => (first + no) * HOUR_MS);
  return { length: count, runs: count === 0 ? [] : [run], fromMs: fromMsOf, toMs: fromMsOf.map((ms) => ms + HOUR_MS) };
}

/** Periods that were listed one by one, such as local days. */
export function periodList(periods: readonly Period[]): PeriodList {
  return {
    length: periods.length,
    runs: runsOf(periods),
    fromMs: Float64Array.from(periods, (period) => period.fromMs),
    toMs: Float64Array.from(periods, (period) => period.toMs),
  };
}

/** From the first period's begin to the last one's end; undefined where there is none. */
export function rangeOf({ fromMs, toMs }: PeriodList): TimeRange | undefined {
  const [first, last] = [fromMs[0], toMs.at(-1)];
  return first === undefined || last === undefined ? undefined : { fromMs: first, toMs: last };
}
