import type { DuckDBConnection } from "@duckdb/node-api";
import { inTransaction } from "./database-file.ts";
import { dirtyRawSql, dirtySql } from "./roll-up-reading.ts";
import { hoursOfReadingsSql } from "./roll-up-sql.ts";
import type { StoreState } from "./store-state.ts";
import { oneRow, type UpkeepPlace } from "./upkeep-place.ts";

/** Readings whose hours are rolled up in one transaction; bounds what its end writes while commits wait. */
const PIECE_READINGS = 200_000;

/**
 * Brings the kept hourly roll-ups up to the last commit, piece by piece. What is dirty is never written down: it is the
 * hours of the readings of later commits, so a kill in between loses nothing and no commit pays for it.
 */
export async function refreshRollUps(place: UpkeepPlace, pieceReadings = PIECE_READINGS): Promise<number> {
  const goal = place.state().counts.lastCommit;
  let hours = 0;
  while (!place.isStopping && place.state().rolledUpTo < goal)
    hours += await place.step((connection) => refreshPiece(connection, place.state(), pieceReadings));
  return hours;
}

async function refreshPiece(connection: DuckDBConnection, state: StoreState, pieceReadings: number): Promise<number> {
  const from = state.rolledUpTo;
  const to = await endOfPiece(connection, from, state.counts.lastCommit, pieceReadings);
  const hours = await inTransaction(connection, () => replaceHours(connection, state, from, to));
  state.rolledUpTo = to;
  return hours;
}

async function replaceHours(
  connection: DuckDBConnection,
  state: StoreState,
  from: number,
  to: number,
): Promise<number> {
  const span = await oneRow<{ low: number | null; high: number | null }>(
    connection,
    `SELECT min(read_at_ms)::DOUBLE AS low, max(read_at_ms)::DOUBLE AS high FROM (${state.segments.commitsSql(from, to)})`,
  );
  await connection.run(`UPDATE roll_up_state SET commit_no = ${to}`);
  if (span.low === null || span.high === null) return 0;
  const range = { fromMs: hourOf(span.low), toMs: hourOf(span.high) + HOUR_MS };
  const made = await connection.run(
    `CREATE OR REPLACE TEMP TABLE fresh_hour AS WITH ${dirtySql(state, from, to)}, ${dirtyRawSql(state, range)}
     SELECT * FROM (${hoursOfReadingsSql("raw")}) ORDER BY channel_no, hour`,
  );
  const { youngRollUps } = state.segments;
  for (const table of [youngRollUps, ...state.segments.sorted(range, "roll_up").map((segment) => segment.table)])
    await connection.run(
      `DELETE FROM ${table} old USING fresh_hour f WHERE old.channel_no = f.channel_no AND old.hour = f.hour`,
    );
  await connection.run(`INSERT INTO ${youngRollUps} SELECT * FROM fresh_hour`);
  await connection.run("DROP TABLE fresh_hour");
  return made.rowCount;
}

const HOUR_MS = 3_600_000;

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

async function endOfPiece(connection: DuckDBConnection, from: number, last: number, readings: number): Promise<number> {
  const { to } = await oneRow<{ to: number | null }>(
    connection,
    `SELECT max(no)::DOUBLE AS "to" FROM (SELECT no, sum(stored) OVER (ORDER BY no) - stored AS before
       FROM commit_log WHERE no > ${from} AND no <= ${last}) WHERE before < ${readings}`,
  );
  return to ?? last;
}
