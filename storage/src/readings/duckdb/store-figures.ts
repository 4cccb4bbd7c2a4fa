import { stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { dirtySql } from "./roll-up-reading.ts";
import { endOfPiece } from "./roll-up-refresh.ts";
import type { StoreState } from "./store-state.ts";
import { oneRow } from "./upkeep-place.ts";

/** Hours of so many readings are counted, those of the others estimated from them. */
const COUNTED_READINGS = 1_000_000;

/** Figures of an open store file for `metrics`. */
export async function storeFigures(
  connection: DuckDBConnection,
  path: string,
  state: StoreState,
): Promise<Record<string, number>> {
  const settings = await oneRow<Record<string, number>>(
    connection,
    `SELECT (SELECT sum(memory_usage_bytes) FROM duckdb_memory())::DOUBLE AS memory_bytes,
       (SELECT sum(temporary_storage_bytes) FROM duckdb_memory())::DOUBLE AS temporary_bytes,
       current_setting('threads')::DOUBLE AS threads,
       parse_formatted_bytes(current_setting('memory_limit'))::DOUBLE AS memory_limit_bytes,
       parse_formatted_bytes(current_setting('max_temp_directory_size'))::DOUBLE AS temporary_limit_bytes`,
  );
  const free = await oneRow<{ free: number }>(
    connection,
    "SELECT (free_blocks * block_size)::DOUBLE AS free FROM pragma_database_size()",
  );
  const tables = state.segments.all;
  return {
    ...settings,
    stored_readings: state.counts.stored,
    sorted_readings: tables.reduce((sum, { kind, rows }) => sum + (kind === "sorted" ? rows : 0), 0),
    channels: state.channelCount,
    segments: tables.length,
    file_bytes: await sizeOf(path),
    free_bytes: free.free,
    log_bytes: await sizeOf(`${path}.wal`),
    dirty_hours: await dirtyHours(connection, state),
    last_commit: state.counts.lastCommit,
    rolled_up_commit: state.rolledUpTo,
    feed_from_commit: state.segments.feedFrom,
  };
}

// Whoever looks at figures is not to wait until every hour of an import has been counted.
async function dirtyHours(connection: DuckDBConnection, state: StoreState): Promise<number> {
  const { rolledUpTo, counts } = state;
  if (rolledUpTo >= counts.lastCommit) return 0;
  const counted = await endOfPiece(connection, rolledUpTo, counts.lastCommit, COUNTED_READINGS);
  const { dirty } = await oneRow<{ dirty: number }>(
    connection,
    `WITH ${dirtySql(state, rolledUpTo, counted)} SELECT count(*)::DOUBLE AS dirty FROM dirty`,
  );
  return Math.round((dirty * (counts.lastCommit - rolledUpTo)) / (counted - rolledUpTo));
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
