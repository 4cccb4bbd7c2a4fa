/**
 * The value at position ceil(p·(n+1)) of the ascending list, kept within it (the definition of DOMAIN 4.10).
 * Null for an empty list.
 */
export function quantileOf(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = Math.min(sorted.length, Math.max(1, Math.ceil(p * (sorted.length + 1))));
  return sorted[position - 1] ?? null;
}

/** The middle value, the mean of the middle two for an even number; null for an empty list. */
export function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** Mean; null for an empty list. */
export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Median of the absolute deviations from `centre`, times 1.4826 (a standard deviation where values are normal). */
export function robustSpreadOf(values: readonly number[], centre: number): number | null {
  const mad = medianOf(values.map((value) => Math.abs(value - centre)));
  return mad === null ? null : 1.4826 * mad;
}
