import type { DuckDBConnection } from "@duckdb/node-api";
import { type Segment, type Segments, SPAN_MS, type TimeRange } from "./segments.ts";
import { rowsOfResult } from "./vectors.ts";

/** Rows of a segment that one query goes through: what it answers, or groups, then fits in a small memory. */
const PART_ROWS = { roll_up: 1_000_000, sorted: 4_000_000 } as const;

/** A query about fewer channels is asked in one piece. */
const FEW_CHANNELS = 50;

/**
 * SQL conditions that cut the channels of a question into neighbours with about as many rows, in their order. Sorted
 * tables are asked where their rows of even distance are; what is not sorted yet is cut in the same places.
 */
export async function channelParts(
  connection: DuckDBConnection,
  segments: Segments,
  asked: number | undefined,
  range: TimeRange,
  kind: "sorted" | "roll_up",
): Promise<string[]> {
  const found = segments.sorted(range, kind);
  const rows = found.reduce((sum, segment) => sum + rowsWithin(segment, range), 0);
  const parts = Math.ceil(rows / PART_ROWS[kind]);
  const [largest] = found.toSorted((a, b) => b.rows - a.rows);
  if (parts <= 1 || largest === undefined || (asked !== undefined && asked <= FEW_CHANNELS)) return ["true"];
  const cuts = await cutsOf(connection, largest, parts);
  return [0, ...cuts].map((first, no) => {
    const next = cuts[no];
    return next === undefined ? `channel_no >= ${first}` : `channel_no >= ${first} AND channel_no < ${next}`;
  });
}

function rowsWithin({ span, rows }: Segment, { fromMs, toMs }: TimeRange): number {
  const beginMs = (span ?? 0) * SPAN_MS;
  const sharedMs = Math.min(toMs, beginMs + SPAN_MS) - Math.max(fromMs, beginMs);
  return (rows * Math.min(SPAN_MS, Math.max(0, sharedMs))) / SPAN_MS;
}

async function cutsOf(connection: DuckDBConnection, { table, rows }: Segment, parts: number): Promise<number[]> {
  const rowNos = Array.from({ length: parts - 1 }, (_, i) => Math.floor((rows * (i + 1)) / parts));
  const result = await connection.run(
    `SELECT DISTINCT channel_no AS no FROM ${table} WHERE rowid IN (${rowNos}) ORDER BY no`,
  );
  return (await rowsOfResult<{ no: number }>(result)).map(({ no }) => no).filter((no) => no > 0);
}
