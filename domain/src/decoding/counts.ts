/**
 * `value × ratio` as a whole number, exact where value is an integer and the ratio (or its inverse) is whole; otherwise
 * the nearest one. Null when the result is no count at all: not finite, or a float beyond 2^53.
 */
export function wholeCounts(value: number | bigint, ratio: number): number | bigint | null {
  if (typeof value === "bigint") return scaleBigint(value, ratio);
  const inverse = wholeOrUndefined(1 / ratio);
  const whole = wholeOrUndefined(ratio);
  const scaled = whole !== undefined ? value * whole : inverse !== undefined ? value / inverse : value * ratio;
  const counts = Math.round(scaled);
  // `+ 0` turns the -0 that rounding a small negative gives into 0.
  return Number.isSafeInteger(counts) ? counts + 0 : null;
}

function scaleBigint(value: bigint, ratio: number): bigint | null {
  const whole = wholeOrUndefined(ratio);
  if (whole !== undefined) return value * BigInt(whole);
  const inverse = wholeOrUndefined(1 / ratio);
  if (inverse === undefined) return scaleByFraction(value, ratio);
  return divideRounded(value, BigInt(inverse));
}

/** A ratio that is no whole number either way, such as 2.5, taken to nine decimals. */
function scaleByFraction(value: bigint, ratio: number): bigint | null {
  const billionths = Math.round(ratio * 1e9);
  return Number.isSafeInteger(billionths) ? divideRounded(value * BigInt(billionths), 1_000_000_000n) : null;
}

function divideRounded(value: bigint, divisor: bigint): bigint {
  const half = value < 0n ? -divisor / 2n : divisor / 2n;
  return (value + half) / divisor;
}

function wholeOrUndefined(ratio: number): number | undefined {
  const whole = Math.round(ratio);
  return whole >= 1 && Math.abs(ratio - whole) < whole * 1e-9 ? whole : undefined;
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
