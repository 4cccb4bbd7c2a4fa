import { QUALITY_CODES } from "@nightflow/domain";
import type { LastValue, ReadingColumns } from "../ports.ts";
import { type ReadingRow, readingAt } from "./reading-columns.ts";

/** The last value of a channel after one more of its readings, which may be late. The same object when it changes nothing. */
export function advanceLastValue(current: LastValue | undefined, row: ReadingRow): LastValue {
  const isMissing = row.quality === QUALITY_CODES.missing;
  const lastValueAtMs = laterOf(current?.lastValueAtMs ?? null, isMissing ? null : row.readAtMs);
  if (current !== undefined && !replaces(current, row.readAtMs, isMissing))
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
  for (const { newestRow, valueRow } of lastRows(columns))
    for (const i of valueRow < 0 || valueRow === newestRow ? [newestRow] : [valueRow, newestRow]) {
      const row = readingAt(columns, i);
      const current = changed.get(row.channel) ?? known(row.channel);
      const next = advanceLastValue(current, row);
      if (next !== current) changed.set(row.channel, next);
    }
  return changed;
}

interface LastRows {
  /** The row of the newest reading; of two at one instant that with a value, else the first. */
  readonly newestRow: number;
  /** The row of the newest reading that is not missing; -1 when there is none. */
  readonly valueRow: number;
}

// Row numbers in typed arrays: a commit has ten thousand rows and few of them are a channel's last.
function lastRows({ length, channels, channelNos, readAtMs, qualities }: ReadingColumns): LastRows[] {
  const newest = new Int32Array(channels.length).fill(-1);
  const value = new Int32Array(channels.length).fill(-1);
  const isLater = (row: number, than: number) => than < 0 || (readAtMs[row] ?? 0) > (readAtMs[than] ?? 0);
  const isMissing = (row: number) => qualities[row] === QUALITY_CODES.missing;
  for (let i = 0; i < length; i++) {
    const no = channelNos[i] ?? 0;
    const before = newest[no] ?? -1;
    const fills = before >= 0 && readAtMs[i] === readAtMs[before] && isMissing(before) && !isMissing(i);
    if (isLater(i, before) || fills) newest[no] = i;
    if (!isMissing(i) && isLater(i, value[no] ?? -1)) value[no] = i;
  }
  return Array.from(newest, (newestRow, no) => ({ newestRow, valueRow: value[no] ?? -1 })).filter(
    ({ newestRow }) => newestRow >= 0,
  );
}

// A value at the instant of a missing reading came later from the device's own memory, so it replaces the gap.
function replaces(current: LastValue, readAtMs: number, isMissing: boolean): boolean {
  if (readAtMs !== current.readAtMs) return readAtMs > current.readAtMs;
  return current.quality === QUALITY_CODES.missing && !isMissing;
}

function laterOf(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
