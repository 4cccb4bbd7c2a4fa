import { QUALITY_CODES } from "@nightflow/domain";
import type { LastValue, ReadingColumns } from "../ports.ts";
import { type ReadingRow, readingAt } from "./reading-columns.ts";

/** The last value of a channel after one more of its readings, which may be late. The same object when it changes nothing. */
export function advanceLastValue(current: LastValue | undefined, row: ReadingRow): LastValue {
  const isMissing = row.quality === QUALITY_CODES.missing;
  const lastValueAtMs = laterOf(current?.lastValueAtMs ?? null, isMissing ? null : row.readAtMs);
  if (current !== undefined && !replaces(current, row, isMissing))
    return lastValueAtMs === current.lastValueAtMs ? current : { ...current, lastValueAtMs };
  const { channel, readAtMs, quality, counts, gauge, flags } = row;
  return { channel, readAtMs, quality, counts, gauge, flags, lastValueAtMs };
}

/** Last values of the channels in `columns`, on top of what `known` gives; only those that changed. */
export function lastValuesOf(
  columns: ReadingColumns,
  known: (channel: string) => LastValue | undefined,
): Map<string, LastValue> {
  const changed = new Map<string, LastValue>();
  for (let i = 0; i < columns.length; i++) {
    const row = readingAt(columns, i);
    const current = changed.get(row.channel) ?? known(row.channel);
    const next = advanceLastValue(current, row);
    if (next !== current) changed.set(row.channel, next);
  }
  return changed;
}

// A value at the instant of a missing reading came later from the device's own memory, so it replaces the gap.
function replaces(current: LastValue, row: ReadingRow, isMissing: boolean): boolean {
  if (row.readAtMs !== current.readAtMs) return row.readAtMs > current.readAtMs;
  return current.quality === QUALITY_CODES.missing && !isMissing;
}

function laterOf(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
