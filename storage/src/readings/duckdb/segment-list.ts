import type { DuckDBConnection } from "@duckdb/node-api";
import { inTransaction } from "./database-file.ts";
import { rollUpTableSql, type Segment, tailTableSql } from "./segments.ts";
import { loadSegmentsInto } from "./store-state.ts";
import { oneRow, type UpkeepPlace } from "./upkeep-place.ts";

/** Readings in one unsorted table, and hours in one of unsorted roll-ups: what one round of compaction takes. */
export const ROUND_ROWS = 20_000_000;

/** A segment as it is listed when its table is made. */
export interface NewSegment {
  readonly table: string;
  readonly kind: Segment["kind"];
  readonly span: number | null;
  readonly firstCommit: number;
  readonly no: number;
}

/** Lists a segment. */
export async function addSegment(
  connection: DuckDBConnection,
  { table, kind, span, firstCommit, no }: NewSegment,
): Promise<void> {
  await connection.run(
    `INSERT INTO segment VALUES ('${table}', '${kind}', ${span ?? "NULL"}, ${firstCommit}, NULL, 0, 1, ${no})`,
  );
}

/** A number that no segment has had. */
export async function nextNo(connection: DuckDBConnection): Promise<number> {
  return (await oneRow<{ no: number }>(connection, "SELECT max(made_no)::DOUBLE + 1 AS no FROM segment")).no;
}

/** Drops a segment, inside the connection's transaction. */
export async function dropSegment(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${table}`);
  await connection.run(`DELETE FROM segment WHERE table_name = '${table}'`);
  await connection.run(`DELETE FROM segment_build WHERE table_name = '${table}'`);
}

/** Lets commits go on in a new tail once `enough` readings lie in the open one, so that compaction takes them in bounded rounds. */
export async function sealTail(place: UpkeepPlace, enough = 1): Promise<void> {
  await place.between(async (writer) => {
    const state = place.state();
    const { open } = state.segments;
    if (state.openReadings < enough) return async () => undefined;
    const { lastCommit } = state.counts;
    const no = await nextNo(writer);
    await writer.run(tailTableSql(`reading_${no}`));
    await writer.run(
      `UPDATE segment SET last_commit = ${lastCommit}, row_count = ${state.openReadings} WHERE table_name = '${open.table}'`,
    );
    await addSegment(writer, { table: `reading_${no}`, kind: "tail", span: null, firstCommit: lastCommit + 1, no });
    return async () => {
      await loadSegmentsInto(writer, state);
      state.openReadings = 0;
    };
  });
}

/**
 * Lets hours go on in a new young table once `enough` lie in the present one. Both have new names then: a query that was
 * written before would miss hours that are rolled up anew meanwhile, so it is to fail and be asked again.
 */
export async function sealYoungRollUps(place: UpkeepPlace, enough = 1): Promise<void> {
  await place.step(async (connection) => {
    const state = place.state();
    const { youngRollUps } = state.segments;
    const rows = await rowsOf(connection, youngRollUps);
    if (rows < enough) return;
    await inTransaction(connection, () => sealYoung(connection, youngRollUps, rows));
    await loadSegmentsInto(connection, state);
  });
}

async function sealYoung(connection: DuckDBConnection, young: string, rows: number): Promise<void> {
  const no = await nextNo(connection);
  await connection.run(`ALTER TABLE ${young} RENAME TO roll_up_sealed_${no}`);
  await connection.run(
    `UPDATE segment SET kind = 'roll_up_sealed', table_name = 'roll_up_sealed_${no}', row_count = ${rows} WHERE table_name = '${young}'`,
  );
  const table = `roll_up_hour_${no + 1}`;
  await connection.run(rollUpTableSql(table));
  await addSegment(connection, { table, kind: "roll_up_young", span: null, firstCommit: 0, no: no + 1 });
}

/** Rows of a table. */
export async function rowsOf(connection: DuckDBConnection, table: string): Promise<number> {
  return (await oneRow<{ rows: number }>(connection, `SELECT count(*)::DOUBLE AS rows FROM ${table}`)).rows;
}
