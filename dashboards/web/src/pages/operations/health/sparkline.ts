/** Size of a sparkline's own units. */
export const SPARK = { width: 120, height: 24 } as const;

/** What a sparkline draws: its lines, and the bounds of what it shows. */
export interface Spark {
  readonly lines: readonly string[];
  readonly low: number;
  readonly high: number;
}

/** A silence longer than this is a gap: nobody looked. */
const GAP_MS = 60_000;

/**
 * Lines through values of some instants, from zero or the lowest to the highest; a missing value and a long silence are gaps.
 * Null when there are fewer than two values.
 */
export function sparkOf(at: readonly number[], values: readonly (number | null)[]): Spark | null {
  const known = values.filter((value) => value !== null);
  const [from, to] = [at[0] ?? 0, at.at(-1) ?? 0];
  if (known.length < 2 || to <= from) return null;
  const [low, high] = [Math.min(0, ...known), Math.max(...known)];
  const x = (ms: number) => (((ms - from) / (to - from)) * SPARK.width).toFixed(1);
  const y = (value: number) => (SPARK.height - 1 - ((value - low) / (high - low || 1)) * (SPARK.height - 2)).toFixed(1);
  const lines = runsOf(at, values).map((run) => run.map(([ms, value]) => `${x(ms)},${y(value)}`).join(" "));
  return { lines, low: Math.min(...known), high };
}

type Point = readonly [atMs: number, value: number];

function runsOf(at: readonly number[], values: readonly (number | null)[]): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (const [index, value] of values.entries()) {
    const ms = at[index] ?? 0;
    const isGap = value === null || ms - (at[index - 1] ?? ms) > GAP_MS;
    if (isGap && run.length > 0) {
      runs.push(run);
      run = [];
    }
    if (value !== null) run.push([ms, value]);
  }
  return [...runs, run].filter((points) => points.length > 1);
}
