import type { BackOff } from "./job-queue.ts";

export const DEFAULT_BACK_OFF: BackOff = { firstMs: 1000, longestMs: 600_000 };

/** The wait after a number of tries, in ms. `chance` is a random number in [0, 1): jobs that failed together part ways. */
export function waitAfter(attempts: number, { firstMs, longestMs }: BackOff, chance: number): number {
  const waitMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(waitMs * (0.5 + chance));
}
