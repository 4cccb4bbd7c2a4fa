import type { CommitRequest, ReadingColumns, SetAside } from "../../ports.ts";
import { pickRows, readingAt } from "../reading-columns.ts";

const EARLIEST_MS = Date.UTC(2000, 0);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Why InfluxDB, or the store before it, does not take a reading. */
export type RefusalCode =
  | "TIME_OUT_OF_RANGE"
  | "OUTSIDE_RETENTION"
  | "FIELD_TYPE_CONFLICT"
  /** Any other reason that the server gave. */
  | "STORE_REFUSED_READING";

/** A reading that is not stored, and why. */
export interface RefusedRow {
  /** Its place among the readings. */
  readonly index: number;
  readonly code: RefusalCode;
  readonly reason: string;
}

/** What bounds the times of readings. */
export interface TimeBounds {
  /** Business time: what lies more than a day ahead of it is refused. */
  readonly nowMs: number;
  /** The machine's time, by which InfluxDB drops what is too old. */
  readonly realNowMs: number;
  /** How long the bucket keeps points; 0 for ever. */
  readonly retentionMs: number;
}

/**
 * Readings whose time must not go to InfluxDB. A time in other units than milliseconds is stored without a word, decades
 * away (INFLUXDB 1.5); ingest has looked already, this is the last place where it can be seen. An hour more than the
 * retention needs is kept, for a point that crosses its bound on the way fails the whole request.
 */
export function rowsOutOfTime(
  { readAtMs, length }: ReadingColumns,
  { nowMs, realNowMs, retentionMs }: TimeBounds,
): RefusedRow[] {
  const keptFromMs = retentionMs === 0 ? EARLIEST_MS : realNowMs - retentionMs + HOUR_MS;
  const refused: RefusedRow[] = [];
  for (let index = 0; index < length; index++) {
    const atMs = readAtMs[index] ?? Number.NaN;
    if (!(atMs >= EARLIEST_MS && atMs <= nowMs + DAY_MS)) {
      const reason = "the time lies before 2000 or more than a day in the future";
      refused.push({ index, code: "TIME_OUT_OF_RANGE", reason });
    } else if (atMs < keptFromMs) refused.push({ index, code: "OUTSIDE_RETENTION", reason: tooOld(retentionMs) });
  }
  return refused;
}

function tooOld(retentionMs: number): string {
  return `older than the bucket keeps points (${retentionMs / DAY_MS} days, and an hour to spare): lengthen its retention and replay`;
}

/** The request without these readings; each goes to the dead letter with its reason. */
export function withoutRefused(request: CommitRequest, refused: readonly RefusedRow[]): CommitRequest {
  if (refused.length === 0) return request;
  const places = new Set(refused.map(({ index }) => index));
  const kept = Array.from({ length: request.readings.length }, (_, i) => i).filter((i) => !places.has(i));
  return {
    ...request,
    readings: pickRows(request.readings, kept),
    setAside: [...request.setAside, ...refused.map((row) => deadLetterOf(request, row))],
  };
}

function deadLetterOf({ batches, readings }: CommitRequest, { index, code, reason }: RefusedRow): SetAside {
  const row = readingAt(readings, index);
  const only = batches.length === 1 ? batches[0] : undefined;
  return {
    list: "dead_letter",
    agent: only?.agent ?? "unknown",
    epoch: only?.epoch ?? null,
    seq: only?.seq ?? null,
    origin: row.origin === 1 ? "import" : "live",
    channel: row.channel,
    readAtMs: row.readAtMs,
    raw: JSON.stringify([row.channel, row.readAtMs, String(row.counts ?? row.gauge ?? "missing"), row.quality]),
    reasonCode: code,
    reason,
  };
}
