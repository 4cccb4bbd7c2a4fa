import { ORIGIN_CODES, QUALITY_CODES } from "@nightflow/domain";
import type { CommitRequest, ReadingColumns, SetAside, StoredValue } from "../ports.ts";
import { pickRows, type ReadingRow, readingAt } from "./reading-columns.ts";

/** The instants of channels, as `valuesAt` asks for them. */
export type InstantKey = { readonly channel: string; readonly readAtMs: number };

/** What a commit needs to know of the store to keep repeats out of it. */
export interface StoredSoFar {
  /** Newest stored read time of a channel, the nth of the request's; undefined when it has none. */
  newestReadAt(channel: string, nth: number): number | undefined;
  valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]>;
}

/**
 * The request with every second reading of an instant taken out: the same value counts as a repeat, another value
 * goes to the conflict list. A value at the instant of a missing reading is new; a missing one behind a value is a repeat.
 *
 * Only readings that are not newer than everything of their channel are looked up, so the usual commit costs no query.
 */
export async function withoutRepeats(request: CommitRequest, stored: StoredSoFar): Promise<CommitRequest> {
  const late = lateRows(request.readings, stored);
  if (late.length === 0) return request;
  const before = await stored.valuesAt(late.map((i) => readingAt(request.readings, i)));
  return sortOut(request, new Map(late.map((row, k) => [row, before[k]])));
}

// A row is late when its channel holds a reading of that time or later, in the store or earlier in this very commit.
function lateRows(readings: ReadingColumns, stored: StoredSoFar): number[] {
  const newest = readings.channels.map((channel, nth) => stored.newestReadAt(channel, nth) ?? Number.NEGATIVE_INFINITY);
  const late: number[] = [];
  for (let i = 0; i < readings.length; i++) {
    const no = readings.channelNos[i] ?? 0;
    const readAtMs = readings.readAtMs[i] ?? Number.NaN;
    if (readAtMs > (newest[no] ?? Number.NaN)) newest[no] = readAtMs;
    else late.push(i);
  }
  return late;
}

function sortOut(request: CommitRequest, before: ReadonlyMap<number, StoredValue | undefined>): CommitRequest {
  const { readings } = request;
  const seen = new Map<string, StoredValue>();
  const kept: number[] = [];
  const conflicts: SetAside[] = [];
  for (let i = 0; i < readings.length; i++) {
    const row = readingAt(readings, i);
    const key = `${row.channel} ${row.readAtMs}`;
    const first = seen.get(key) ?? before.get(i);
    if (first === undefined || isFilledBy(first, row)) {
      kept.push(i);
      seen.set(key, row);
    } else if (!isSame(first, row)) conflicts.push(conflictOf(request, first, row));
  }
  const repeats = request.repeats + readings.length - kept.length - conflicts.length;
  return {
    ...request,
    readings: pickRows(readings, kept),
    repeats,
    setAside: [...request.setAside, ...conflicts],
  };
}

function isFilledBy(first: StoredValue, row: ReadingRow): boolean {
  return first.quality === QUALITY_CODES.missing && row.quality !== QUALITY_CODES.missing;
}

function isSame(first: StoredValue, row: ReadingRow): boolean {
  if (row.quality === QUALITY_CODES.missing) return true;
  return first.counts === row.counts && first.gauge === row.gauge;
}

function conflictOf(request: CommitRequest, first: StoredValue, row: ReadingRow): SetAside {
  const only = request.batches.length === 1 ? request.batches[0] : undefined;
  return {
    list: "conflict",
    agent: only?.agent ?? "unknown",
    epoch: only?.epoch ?? null,
    seq: only?.seq ?? null,
    origin: row.origin === ORIGIN_CODES.import ? "import" : "live",
    channel: row.channel,
    readAtMs: row.readAtMs,
    raw: JSON.stringify([row.channel, row.readAtMs, valueText(row), row.quality]),
    reasonCode: "SECOND_VALUE",
    reason: `${row.channel} already holds ${valueText(first)} at this instant; the first value stays`,
  };
}

function valueText(value: StoredValue | ReadingRow): string {
  return String(value.counts ?? value.gauge ?? "missing");
}
