import { exactOf, nearestWhole } from "../decimal.ts";

/**
 * `value × ratio` as a whole number, exact where value is an integer and the ratio (or its inverse) is whole; otherwise
 * the nearest one. Null when the result is no count at all: not finite, or a float beyond 2^53.
 */
export function wholeCounts(value: number | bigint, ratio: number): number | bigint | null {
  if (typeof value === "bigint") return scaleBigint(value, ratio);
  const counts = Math.round(scaled(value, ratio));
  // `+ 0` turns the -0 that rounding a small negative gives into 0.
  return Number.isSafeInteger(counts) ? counts + 0 : null;
}

function scaled(value: number, ratio: number): number {
  const whole = wholeOrUndefined(ratio);
  if (whole !== undefined) return value * whole;
  const inverse = wholeOrUndefined(1 / ratio);
  return inverse === undefined ? value * ratio : value / inverse;
}

function scaleBigint(value: bigint, ratio: number): bigint {
  const whole = wholeOrUndefined(ratio);
  if (whole !== undefined) return value * BigInt(whole);
  const inverse = wholeOrUndefined(1 / ratio);
  if (inverse !== undefined) return nearestWhole({ numerator: value, denominator: BigInt(inverse) });
  // 15 digits are what a decimal keeps through a float: 2.5 / 0.1 is 25 and not the float beside it.
  const { numerator, denominator } = exactOf(Number(ratio.toPrecision(15)));
  return nearestWhole({ numerator: value * numerator, denominator });
}

function wholeOrUndefined(ratio: number): number | undefined {
  const whole = Math.round(ratio);
  return whole >= 1 && Number.isSafeInteger(whole) && Math.abs(ratio - whole) < whole * 1e-12 ? whole : undefined;
}

/**
 * Σ value × weight × ratio + offset as a whole number. Integer parts are never turned into floats on the way; what is left
 * between two counts is rounded once, at the end. Null when the result is no count.
 */
export function composeCounts(
  parts: readonly (number | bigint)[],
  ratios: readonly number[],
  offsetCounts: number,
): number | bigint | null {
  let total: number | bigint | null = 0;
  let rest = offsetCounts;
  for (const [at, part] of parts.entries()) {
    const ratio = ratios[at] ?? 1;
    // A negative weight turns the part around, so that the ratio stays positive.
    const value = ratio < 0 ? -part : part;
    const counts = split(value, Math.abs(ratio));
    if (counts === null) return null;
    total = addCounts(total, counts.whole);
    rest += counts.rest;
    if (total === null) return null;
  }
  const restCounts = Math.round(rest);
  if (!Number.isSafeInteger(restCounts)) return null;
  return addCounts(total, restCounts + 0);
}

/** `value × ratio` as whole counts and what is left; of a bigint the nearest whole ones. Null when it is no count. */
function split(value: number | bigint, ratio: number): { whole: number | bigint; rest: number } | null {
  if (ratio === 0) return { whole: 0, rest: 0 };
  if (typeof value === "bigint") return { whole: scaleBigint(value, ratio), rest: 0 };
  const counts = scaled(value, ratio);
  const whole = Math.trunc(counts);
  return Number.isSafeInteger(whole) ? { whole, rest: counts - whole } : null;
}

/** The sum of counts; a plain number while it is exact as one. Null when floats alone exceed 2^53. */
export function addCounts(a: number | bigint, b: number | bigint): number | bigint | null {
  if (typeof a === "number" && typeof b === "number") return Number.isSafeInteger(a + b) ? a + b : null;
  return BigInt(a) + BigInt(b);
}

/** Counts as a number where that is exact, else as a bigint. */
export function narrowed(counts: number | bigint): number | bigint {
  const isSafe = counts <= Number.MAX_SAFE_INTEGER && counts >= Number.MIN_SAFE_INTEGER;
  return isSafe ? Number(counts) : counts;
}
