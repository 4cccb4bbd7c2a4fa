import type { DuckDBConnection } from "@duckdb/node-api";
import { inTransaction } from "./database-file.ts";
import { dirtyRawSql, dirtySql } from "./roll-up-reading.ts";
import { hoursOfReadingsSql } from "./roll-up-sql.ts";
import { ROUND_ROWS, sealYoungRollUps } from "./segment-list.ts";
import type { Segments, TimeRange } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { oneRow, type UpkeepPlace } from "./upkeep-place.ts";

/** How the keeping of roll-ups is bounded. */
export interface RollUpOptions {
  /** Readings whose hours are rolled up in one transaction. */
  readonly pieceReadings?: number;
  /** Rows in one unsorted table, and in those that one round of compaction takes. */
  readonly roundRows?: number;
}

/** Readings rolled up in one transaction: what a kill repeats, and a bound of its memory and log. */
export const ROLL_UP_READINGS = 1_000_000;
/** Commits looked at for the end of a piece. */
const PIECE_COMMITS = 100_000;
const HOUR_MS = 3_600_000;

/**
 * Brings the kept hourly roll-ups up to the last commit, piece by piece. What is dirty is never written down: it is the
 * hours of the readings of later commits, so a kill in between loses nothing and no commit pays for it.
 */
export async function refreshRollUps(
  place: UpkeepPlace,
  { pieceReadings = ROLL_UP_READINGS, roundRows = ROUND_ROWS }: RollUpOptions = {},
): Promise<number> {
  const goal = place.state().counts.lastCommit;
  let hours = 0;
  while (!place.isStopping && place.state().rolledUpTo < goal) {
    hours += await place.step((connection) => refreshPiece(connection, place.state(), pieceReadings));
    await sealYoungRollUps(place, roundRows);
    place.progress("roll-ups", place.state().rolledUpTo, goal);
  }
  return hours;
}

async function refreshPiece(connection: DuckDBConnection, state: StoreState, pieceReadings: number): Promise<number> {
  const from = state.rolledUpTo;
  const to = await endOfPiece(connection, from, state.counts.lastCommit, pieceReadings);
  const hours = await inTransaction(connection, () => replaceHours(connection, state, from, to));
  state.rolledUpTo = to;
  return hours;
}

/** Hours from the first on to before the last, of neighbouring channels. */
interface Block extends TimeRange {
  readonly lowNo: number;
  readonly highNo: number;
}

async function replaceHours(
  connection: DuckDBConnection,
  state: StoreState,
  from: number,
  to: number,
): Promise<number> {
  await connection.run(`UPDATE roll_up_state SET commit_no = ${to}`);
  const block = await blockOf(connection, state.segments.commitsSql(from, to));
  if (block === undefined) return 0;
  const made = await connection.run(
    `CREATE OR REPLACE TEMP TABLE fresh_hour AS WITH ${dirtySql(state, from, to)}, ${dirtyRawSql(state, block, channelsSql(block))}
     SELECT * FROM (${hoursOfReadingsSql("raw")}) ORDER BY channel_no, hour`,
  );
  for (const table of tablesToClear(state.segments, block))
    await connection.run(
      `DELETE FROM ${table} old USING fresh_hour f WHERE old.channel_no = f.channel_no AND old.hour = f.hour
         AND old.hour >= ${block.fromMs / HOUR_MS} AND old.hour < ${block.toMs / HOUR_MS} AND old.${channelsSql(block)}`,
    );
  await connection.run(`INSERT INTO ${state.segments.youngRollUps} SELECT * FROM fresh_hour`);
  await connection.run("DROP TABLE fresh_hour");
  return made.rowCount;
}

// What is being sorted was copied from tables that are cleared too, and takes their place later.
function tablesToClear(segments: Segments, range: TimeRange): string[] {
  return [...segments.rollUpTables(range), ...segments.sorted(range, "roll_up_building").map(({ table }) => table)];
}

async function blockOf(connection: DuckDBConnection, readingsSql: string): Promise<Block | undefined> {
  const found = await oneRow<Record<"low" | "high" | "lowNo" | "highNo", number | null>>(
    connection,
    `SELECT min(read_at_ms)::DOUBLE AS low, max(read_at_ms)::DOUBLE AS high, min(channel_no) AS "lowNo", max(channel_no) AS "highNo"
       FROM (${readingsSql})`,
  );
  const { low, high, lowNo, highNo } = found;
  if (low === null || high === null || lowNo === null || highNo === null) return undefined;
  return { fromMs: hourOf(low), toMs: hourOf(high) + HOUR_MS, lowNo, highNo };
}

function channelsSql({ lowNo, highNo }: Block): string {
  return `channel_no BETWEEN ${lowNo} AND ${highNo}`;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

/** The last commit of those behind `from` that hold about so many readings; `last` at most. */
export async function endOfPiece(
  connection: DuckDBConnection,
  from: number,
  last: number,
  readings: number,
): Promise<number> {
  const { to } = await oneRow<{ to: number | null }>(
    connection,
    `SELECT max(no)::DOUBLE AS "to" FROM (SELECT no, sum(stored) OVER (ORDER BY no) - stored AS before
       FROM commit_log WHERE no > ${from} AND no <= ${Math.min(last, from + PIECE_COMMITS)}) WHERE before < ${readings}`,
  );
  return to ?? last;
}
