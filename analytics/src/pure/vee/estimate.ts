import { type EstimateMethod, hasFlag } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage/pure";
import { type EmittedInterval, INTERVAL_CODES, type IntervalSeries } from "../intervals.ts";
import type { ZoneCalendar } from "../local-time.ts";
import { apportion } from "./apportion.ts";
import { classWeights, type ProfileClass } from "./class-profile.ts";
import { LikeDays } from "./like-day.ts";
import { DEFAULT_VEE_LIMITS, type VeeLimits } from "./limits.ts";

const SNAP_SHARE = 0.1;

/** An interval with how it was estimated; `method` is null where it was measured, or where it has no volume. */
export interface EstimatedInterval extends Readonly<EmittedInterval> {
  readonly method: EstimateMethod | null;
}

/** What estimates are made with. */
export interface EstimateContext {
  readonly calendar: ZoneCalendar;
  readonly profile: ProfileClass;
  /** Instants of the readings that have a value, ascending: at each the register is known, and no estimate crosses it. */
  readonly knownAtMs: ArrayLike<number>;
  readonly limits?: VeeLimits;
}

/**
 * Gives estimated intervals a likelier shape than the straight line and leaves every total as it is: between two known registers the
 * whole counts of the estimates add up to their difference, exactly.
 *
 * Method by the length between the registers: up to two hours the line; longer the average like day, scaled to the difference; without a
 * history of such days the profile of the class. No movement across a gap is a true zero, and good. What lies across a new
 * register has no difference to be scaled to, and stays without a volume. Estimates stay `estimated`: they never count as complete.
 *
 * @see LEAKS 4, estimation 1 to 4; DOMAIN 3.2 and 3.3
 */
export function estimateShape(series: IntervalSeries, context: EstimateContext): EstimatedInterval[] {
  const days = new LikeDays(series, context.calendar);
  const known = knownBoundaries(context.knownAtMs, series.periodMs);
  const out: EstimatedInterval[] = [];
  let run: Readonly<EmittedInterval>[] = [];
  const endRun = () => {
    if (run.length > 0) out.push(...shaped(run, series.periodMs, days, context));
    run = [];
  };
  for (const row of series.rows) {
    const last = run.at(-1);
    if (last && (last.endMs !== row.startMs || known.has(row.startMs))) endRun();
    if (row.quality === INTERVAL_CODES.estimated) run.push(row);
    else {
      endRun();
      out.push({ ...row, method: isTrueZero(row) ? "true_zero" : null });
    }
  }
  endRun();
  return out;
}

/** Instants of the good readings of a curve. */
export function knownInstants(curve: Curve): number[] {
  return Array.from(curve.readAtMs.subarray(0, curve.length)).filter((_, i) => curve.qualities[i] === 0);
}

function isTrueZero(row: Readonly<EmittedInterval>): boolean {
  return row.quality === INTERVAL_CODES.good && row.counts === 0 && hasFlag(row.flags, "gap");
}

function shaped(
  run: readonly Readonly<EmittedInterval>[],
  periodMs: number,
  days: LikeDays,
  context: EstimateContext,
): EstimatedInterval[] {
  const total = run.reduce((sum, row) => sum + row.counts, 0);
  const { method, weights } = weightsOf(run[0]?.startMs ?? 0, run.length, periodMs, days, context);
  const counts = weights === null ? null : apportion(total, weights);
  return run.map((row, i) => ({ ...row, counts: counts?.[i] ?? row.counts, method }));
}

/** The shape of some slots: the method that LEAKS 4 gives for their length, and its weights; null weights stand for the line. */
function weightsOf(
  firstMs: number,
  slots: number,
  periodMs: number,
  days: LikeDays,
  context: Omit<EstimateContext, "knownAtMs">,
): { readonly method: EstimateMethod; readonly weights: number[] | null } {
  const { calendar, profile, limits = DEFAULT_VEE_LIMITS } = context;
  if (slots * periodMs <= limits.linearMs || slots < 2) return { method: "linear", weights: null };
  const usual = days.usualOf(firstMs, slots);
  if (usual !== null) return { method: "like_day", weights: usual };
  return { method: "class_profile", weights: classWeights(profile, firstMs, slots, periodMs, calendar) };
}

function knownBoundaries(knownAtMs: ArrayLike<number>, periodMs: number): Set<number> {
  const known = new Set<number>();
  for (let i = 0; i < knownAtMs.length; i++) {
    const atMs = knownAtMs[i] ?? 0;
    const boundaryMs = Math.round(atMs / periodMs) * periodMs;
    if (Math.abs(boundaryMs - atMs) <= SNAP_SHARE * periodMs) known.add(boundaryMs);
  }
  return known;
}
