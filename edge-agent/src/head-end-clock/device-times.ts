import type { Reading } from "@nightflow/domain";

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/**
 * Readings whose device says an impossible time (1970, 2036: a battery that was out, a counter that ran over). They get
 * the agent's time and are told as suspect with their flag: the value is true, and its instant is when it was read. One
 * that is a little ahead is left as it is; the platform flags it.
 */
export function withPossibleTimes(readings: readonly Reading[], nowMs: number): readonly Reading[] {
  // A look at each is all that a good one costs.
  for (const { readAt } of readings) if (!isPossible(readAt, nowMs)) return readings.map((one) => mended(one, nowMs));
  return readings;
}

function mended(reading: Reading, nowMs: number): Reading {
  if (isPossible(reading.readAt, nowMs)) return reading;
  if (reading.quality === "missing") return { ...reading, readAt: nowMs };
  const flags = reading.flags.includes("clock_shift") ? reading.flags : [...reading.flags, "clock_shift" as const];
  return { ...reading, readAt: nowMs, quality: "suspect", flags };
}

/** An agent that starts without a clock (1970) cannot say that a device is ahead. */
function isPossible(readAt: number, nowMs: number): boolean {
  return readAt >= EARLIEST_MS && (readAt < nowMs + DAY_MS || nowMs < EARLIEST_MS);
}
