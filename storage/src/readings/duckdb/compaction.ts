import type { DuckDBConnection } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import { refreshRollUps } from "./roll-up-refresh.ts";
import {
  loadSegments,
  rollUpTableSql,
  type Segment,
  SPAN_MS,
  segmentSql,
  sortedTableSql,
  TIME_UNITS_MS,
  tailTableSql,
} from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { noteUpkeep, oneRow, type UpkeepPlace } from "./upkeep-place.ts";
import { rowsOfResult } from "./vectors.ts";

/** How a compaction is bounded. */
export interface CompactionOptions {
  /** Rows sorted and written in one transaction. */
  readonly pieceRows?: number;
  /** Takes readings out of the feed although no consumer has ever told how far it is. */
  readonly withoutConsumers?: boolean;
}

/** What a compaction did. */
export interface CompactionReport {
  /** Readings moved out of tails, and readings of older sorted segments that were merged with them. */
  readonly moved: number;
  readonly merged: number;
  /** Copies left out: a gap that a value filled, or a second row of one instant. */
  readonly dropped: number;
  readonly segments: number;
}

const PIECE_ROWS = 1_000_000;
const NOTHING: CompactionReport = { moved: 0, merged: 0, dropped: 0, segments: 0 };
const HOURS_A_SPAN = SPAN_MS / 3_600_000;

// New rows are merged with the segments that are not much larger: each reading is rewritten a few times in its life,
// not every night, and a span has few segments.
const MERGE_UP_TO = 3;

/**
 * Moves readings that every consumer of the feed has passed into segments sorted by channel and time. New segments are
 * built beside the old ones, piece by piece, and take their place in one short transaction; after a kill what was being
 * built is thrown away when the file is opened.
 */
export async function compact(place: UpkeepPlace, options: CompactionOptions = {}): Promise<CompactionReport> {
  const floor = feedFloor(place.state(), options.withoutConsumers ?? false);
  if (floor < place.state().segments.feedFrom) return NOTHING;
  await sealTail(place, floor);
  await refreshRollUps(place);
  await place.fold();
  const state = place.state();
  const passed = Math.min(floor, state.rolledUpTo, state.foldedTo);
  const tails = state.segments.tails.filter((tail) => tail.lastCommit !== null && tail.lastCommit <= passed);
  if (tails.length === 0 || place.isStopping) return NOTHING;
  const built = await buildAll(place, tails, options.pieceRows ?? PIECE_ROWS);
  return built === undefined ? NOTHING : await flip(place, tails, built);
}

function feedFloor(state: StoreState, withoutConsumers: boolean): number {
  if (state.cursors.size === 0) return withoutConsumers ? state.counts.lastCommit : 0;
  return Math.min(...state.cursors.values());
}

// The feed forgets whole tails only. One that is sealed already waits for its consumers, and no other beside it.
async function sealTail(place: UpkeepPlace, floor: number): Promise<void> {
  const { open, tails } = place.state().segments;
  if (floor < open.firstCommit || tails.some((tail) => (tail.lastCommit ?? 0) > floor)) return;
  await place.between(async (writer) => {
    const state = place.state();
    const lastCommit = state.counts.lastCommit;
    const no = await nextNo(writer);
    await writer.run(tailTableSql(`reading_${no}`));
    await writer.run(`UPDATE segment SET last_commit = ${lastCommit} WHERE table_name = '${open.table}'`);
    await addSegment(writer, { table: `reading_${no}`, kind: "tail", span: null, firstCommit: lastCommit + 1, no });
    return () => loadInto(writer, state);
  });
}

interface NewSegment {
  readonly table: string;
  readonly kind: Segment["kind"];
  readonly span: number | null;
  readonly firstCommit: number;
  readonly no: number;
}

async function addSegment(
  connection: DuckDBConnection,
  { table, kind, span, firstCommit, no }: NewSegment,
): Promise<void> {
  await connection.run(
    `INSERT INTO segment VALUES ('${table}', '${kind}', ${span ?? "NULL"}, ${firstCommit}, NULL, 0, 1, ${no})`,
  );
}

async function nextNo(connection: DuckDBConnection): Promise<number> {
  return (await oneRow<{ no: number }>(connection, "SELECT max(made_no)::DOUBLE + 1 AS no FROM segment")).no;
}

/** Reads the list of segments anew into the state. */
export async function loadInto(connection: DuckDBConnection, state: StoreState): Promise<void> {
  state.segments = await loadSegments(connection);
}

/** A segment that has been built and takes the place of others. */
export interface BuiltSegment {
  readonly table: string;
  readonly kind: "sorted" | "roll_up";
  readonly rows: number;
  readonly sourceRows: number;
  readonly unitMs: number;
  readonly replaces: readonly Segment[];
}

async function buildAll(
  place: UpkeepPlace,
  tails: readonly Segment[],
  pieceRows: number,
): Promise<BuiltSegment[] | undefined> {
  const source = tails.map(({ table }) => `SELECT * FROM ${table}`).join(" UNION ALL ");
  const built: BuiltSegment[] = [];
  const add = async (kind: BuiltSegment["kind"], rows: string, spanSql: string) => {
    for (const { span, count } of await place.step((connection) => spansOf(connection, rows, spanSql))) {
      if (place.isStopping) return;
      const replaces = toMerge(place.state(), kind, span, count);
      const sourceSql = [`SELECT * FROM (${rows}) WHERE ${spanSql} = ${span}`, ...replaces.map(asSource)].join(
        " UNION ALL ",
      );
      const one = await buildSegment(place, { kind, span, sourceSql, replaces, pieceRows });
      if (one !== undefined) built.push(one);
    }
  };
  await add("sorted", source, `read_at_ms // ${SPAN_MS}`);
  await add("roll_up", `SELECT * FROM ${place.state().segments.youngRollUps}`, `hour // ${HOURS_A_SPAN}`);
  return place.isStopping ? undefined : built;
}

/** SQL of a sorted segment's rows as a source: with the commit that sorted readings no longer have. */
export function asSource(segment: Segment): string {
  return segment.kind === "sorted" ? segmentSql(segment) : `SELECT * FROM ${segment.table}`;
}

async function spansOf(connection: DuckDBConnection, rows: string, spanSql: string) {
  const result = await connection.run(
    `SELECT (${spanSql})::DOUBLE AS span, count(*)::DOUBLE AS count FROM (${rows}) GROUP BY 1 ORDER BY 1`,
  );
  return await rowsOfResult<{ span: number; count: number }>(result);
}

function toMerge(state: StoreState, kind: BuiltSegment["kind"], span: number, newRows: number): readonly Segment[] {
  const here = state.segments.all.filter((segment) => segment.kind === kind && segment.span === span);
  const merged: Segment[] = [];
  let rows = newRows;
  for (const segment of here.toSorted((a, b) => a.rows - b.rows)) {
    if (segment.rows > rows * MERGE_UP_TO) break;
    merged.push(segment);
    rows += segment.rows;
  }
  return merged;
}

/** What is needed to build one segment. */
export interface BuildRequest {
  readonly kind: BuiltSegment["kind"];
  readonly span: number;
  readonly sourceSql: string;
  readonly replaces: readonly Segment[];
  readonly pieceRows?: number;
}

/** Builds a segment in pieces of neighbouring channels; undefined when the store is being closed. */
export async function buildSegment(place: UpkeepPlace, request: BuildRequest): Promise<BuiltSegment | undefined> {
  const { kind, span, sourceSql, replaces, pieceRows = PIECE_ROWS } = request;
  const table = await place.step((connection) => startTable(connection, kind, span));
  const pieces = await place.step((connection) => piecesOf(connection, sourceSql, pieceRows));
  const unitMs = kind === "sorted" ? await place.step((connection) => unitOf(connection, sourceSql)) : 1;
  let rows = 0;
  let sourceRows = 0;
  for (const piece of pieces) {
    if (place.isStopping) return undefined;
    rows += await place.step((connection) => writePiece(connection, { table, kind, sourceSql, unitMs }, piece));
    sourceRows += piece.rows;
  }
  return { table, kind, rows, sourceRows, unitMs, replaces };
}

async function startTable(connection: DuckDBConnection, kind: BuiltSegment["kind"], span: number): Promise<string> {
  const no = await nextNo(connection);
  const table = `${kind}_${no}`;
  await addSegment(connection, {
    table,
    kind: kind === "sorted" ? "building" : "roll_up_building",
    span,
    firstCommit: 0,
    no,
  });
  await connection.run(kind === "sorted" ? sortedTableSql(table) : rollUpTableSql(table));
  return table;
}

interface Piece {
  readonly firstNo: number;
  readonly lastNo: number;
  readonly rows: number;
}

async function piecesOf(connection: DuckDBConnection, sourceSql: string, pieceRows: number): Promise<Piece[]> {
  const result = await connection.run(
    `SELECT min(channel_no) AS "firstNo", max(channel_no) AS "lastNo", sum(n)::DOUBLE AS rows FROM (
       SELECT channel_no, n, (sum(n) OVER (ORDER BY channel_no) - n) // ${pieceRows} AS piece FROM (
         SELECT channel_no, count(*) AS n FROM (${sourceSql}) GROUP BY channel_no)) GROUP BY piece ORDER BY piece`,
  );
  return await rowsOfResult<Piece>(result);
}

async function unitOf(connection: DuckDBConnection, sourceSql: string): Promise<number> {
  const tests = TIME_UNITS_MS.map((unit) => `bool_and(read_at_ms % ${unit} = 0) AS u${unit}`);
  const fits = await oneRow<Record<string, boolean>>(connection, `SELECT ${tests} FROM (${sourceSql})`);
  return TIME_UNITS_MS.find((unit) => fits[`u${unit}`] === true) ?? 1;
}

async function writePiece(
  connection: DuckDBConnection,
  { table, kind, sourceSql, unitMs }: Pick<BuiltSegment, "table" | "kind" | "unitMs"> & { readonly sourceSql: string },
  { firstNo, lastNo }: Piece,
): Promise<number> {
  const rows = `SELECT * FROM (${sourceSql}) WHERE channel_no BETWEEN ${firstNo} AND ${lastNo}`;
  const sorted =
    kind === "roll_up"
      ? `${rows} ORDER BY channel_no, hour`
      : `SELECT channel_no, read_at_ms // ${unitMs},
           CASE WHEN quality = ${QUALITY_CODES.missing} THEN last_value(counts IGNORE NULLS) OVER before ELSE counts END,
           gauge, quality, flags, origin FROM (SELECT *, row_number() OVER (PARTITION BY channel_no, read_at_ms
             ORDER BY quality = ${QUALITY_CODES.missing}, commit_no) AS copy FROM (${rows}))
         WHERE copy = 1
         WINDOW before AS (PARTITION BY channel_no ORDER BY read_at_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
         ORDER BY channel_no, read_at_ms`;
  const result = await connection.run(`INSERT INTO ${table} ${sorted}`);
  return result.rowsChanged;
}

async function flip(
  place: UpkeepPlace,
  tails: readonly Segment[],
  built: readonly BuiltSegment[],
): Promise<CompactionReport> {
  const readings = built.filter(({ kind }) => kind === "sorted");
  const sum = (of: (segment: BuiltSegment) => number) => readings.reduce((total, segment) => total + of(segment), 0);
  const merged = sum(({ replaces }) => replaces.reduce((total, segment) => total + segment.rows, 0));
  const report = {
    moved: sum(({ sourceRows }) => sourceRows) - merged,
    merged,
    dropped: sum(({ rows, sourceRows }) => sourceRows - rows),
    segments: built.length,
  };
  await place.between(async (writer) => {
    await putInPlace(writer, built);
    for (const { table } of tails) await dropSegment(writer, table);
    await beginRollUps(writer, place.state());
    await noteUpkeep(writer, place, "compaction", report.moved, JSON.stringify(report));
    return () => loadInto(writer, place.state());
  });
  return report;
}

async function beginRollUps(writer: DuckDBConnection, { segments }: StoreState): Promise<void> {
  const no = await nextNo(writer);
  const table = `roll_up_hour_${no}`;
  await dropSegment(writer, segments.youngRollUps);
  await writer.run(rollUpTableSql(table));
  await addSegment(writer, { table, kind: "roll_up_young", span: null, firstCommit: 0, no });
}

/** Lets built segments take the place of others, inside the connection's transaction. */
export async function putInPlace(writer: DuckDBConnection, built: readonly BuiltSegment[]): Promise<void> {
  for (const { table, kind, rows, unitMs, replaces } of built) {
    await writer.run(
      `UPDATE segment SET kind = '${kind}', row_count = ${rows}, unit_ms = ${unitMs} WHERE table_name = '${table}'`,
    );
    for (const old of replaces) await dropSegment(writer, old.table);
  }
}

/** Drops a segment, inside the connection's transaction. */
export async function dropSegment(writer: DuckDBConnection, table: string): Promise<void> {
  await writer.run(`DROP TABLE ${table}`);
  await writer.run(`DELETE FROM segment WHERE table_name = '${table}'`);
}

/** Throws away what a killed program was building. */
export async function dropUnfinished(writer: DuckDBConnection): Promise<void> {
  const result = await writer.run(
    "SELECT table_name AS name FROM segment WHERE kind IN ('building', 'roll_up_building')",
  );
  for (const { name } of await rowsOfResult<{ name: string }>(result)) {
    await writer.run(`DROP TABLE IF EXISTS ${name}`);
    await writer.run(`DELETE FROM segment WHERE table_name = '${name}'`);
  }
}
