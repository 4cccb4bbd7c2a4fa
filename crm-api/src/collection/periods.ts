import type { Curve } from "@nightflow/storage";

const MISSING = 2;

/** Instants from (inclusive) and to (exclusive) between which no value came, with how many periods that is. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periods: number;
}

/** A stretch of time with the grid that a meter is read on. A period is that whose grid instant is nearest. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** How many periods of a span are due. */
export function periodsDue({ fromMs, toMs, periodMs }: Span): number {
  return Math.max(0, Math.ceil(toMs / periodMs) - Math.ceil(fromMs / periodMs));
}

/** The periods of a span in which a value came, by their number since 1970; one that was read twice counts once. */
export function periodsWithValue(curve: Curve, { fromMs, toMs, periodMs }: Span): ReadonlySet<number> {
  const periods = new Set<number>();
  for (let at = 0; at < curve.length; at++) {
    const period = Math.round((curve.readAtMs[at] ?? 0) / periodMs);
    const isInside = period * periodMs >= fromMs && period * periodMs < toMs;
    if (isInside && curve.qualities[at] !== MISSING) periods.add(period);
  }
  return periods;
}

/** The stretches of a span in which no value came, oldest first. */
export function gapsOf(came: ReadonlySet<number>, { fromMs, toMs, periodMs }: Span): Gap[] {
  const gaps: Gap[] = [];
  let begunAt: number | undefined;
  const end = Math.ceil(toMs / periodMs);
  for (let period = Math.ceil(fromMs / periodMs); period <= end; period++) {
    const isMissing = period < end && !came.has(period);
    if (isMissing) begunAt ??= period;
    else if (begunAt !== undefined) {
      gaps.push({ fromMs: begunAt * periodMs, toMs: period * periodMs, periods: period - begunAt });
      begunAt = undefined;
    }
  }
  return gaps;
}
