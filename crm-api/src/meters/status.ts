import type { CollectionStatus } from "./wire.ts";

const HOUR_MS = 3_600_000;
const GRACE_MS = 24 * HOUR_MS;

/**
 * Whether a meter that should report every `periodMs` does.
 *
 * @see DOMAIN 3.4, COMMS: last good read older than two periods and the grace of a day
 */
export function collectionStatus(lastValueAtMs: number | null, periodMs: number, nowMs: number): CollectionStatus {
  if (lastValueAtMs === null) return "never";
  const ageMs = nowMs - lastValueAtMs;
  if (ageMs <= 2 * periodMs) return "good";
  return ageMs <= 2 * periodMs + GRACE_MS ? "late" : "silent";
}
