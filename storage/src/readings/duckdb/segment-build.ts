import type { DuckDBConnection } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import { inTransaction } from "./database-file.ts";
import { type RollUpOptions, refreshRollUps } from "./roll-up-refresh.ts";
import { addSegment, dropSegment, nextNo, rowsOf } from "./segment-list.ts";
import { rollUpTableSql, type Segment, SPAN_MS, segmentSql, sortedTableSql, TIME_UNITS_MS } from "./segments.ts";
import { loadSegmentsInto } from "./store-state.ts";
import { oneRow, type UpkeepPlace } from "./upkeep-place.ts";
import { rowsOfResult } from "./vectors.ts";

/** What a segment that is sorted holds. */
export type SortedKind = "sorted" | "roll_up";

/** What is needed to build one segment. */
export interface BuildRequest {
  readonly kind: SortedKind;
  readonly span: number;
  readonly sources: readonly Segment[];
  /** Readings, or hours, of the sources that lie in the span, about. */
  readonly sourceRows: number;
  /** SQL condition on the rows that are kept; a build with one begins again after a kill. */
  readonly keepSql?: string;
  readonly pieceRows?: number;
  /** How roll-ups are kept meanwhile. */
  readonly rollUps?: RollUpOptions;
}

/** A segment that has been built and takes the place of others. */
export interface BuiltSegment {
  readonly table: string;
  readonly kind: SortedKind;
  readonly rows: number;
  readonly sourceRows: number;
  /** Sorted segments among its sources. */
  readonly replaces: readonly Segment[];
}

/** A segment under construction that goes on where it was left. */
export interface Unfinished {
  readonly table: string;
  readonly kind: SortedKind;
  readonly span: number;
  readonly sources: readonly string[];
  readonly sourceRows: number;
  readonly nextChannel: number;
}

/** Rows sorted and written in one transaction. */
export const PIECE_ROWS = 1_000_000;
const HOURS_A_SPAN = SPAN_MS / 3_600_000;
const LAST_CHANNEL = 0x7fff_ffff;
const ROLL_UP_EVERY_MS = 60_000;

/**
 * Builds a segment in pieces of neighbouring channels, each in a transaction that also notes how far it has come; after a
 * kill, asked for the same, it goes on behind the last one. Undefined when the store is being closed.
 */
export async function buildSegment(place: UpkeepPlace, request: BuildRequest): Promise<BuiltSegment | undefined> {
  const { kind, sources } = request;
  const begun = (await place.step(unfinishedBuilds)).find((build) => isFor(build, request));
  const table = begun?.table ?? (await place.step((connection) => startTable(connection, place, request)));
  const sourceRows = begun?.sourceRows ?? request.sourceRows;
  const from = begun?.nextChannel ?? 0;
  const starts = from > LAST_CHANNEL ? [] : await place.step((connection) => startsOf(connection, request, from));
  let rolledUpMs = performance.now();
  for (const [no, first] of starts.entries()) {
    if (place.isStopping) return undefined;
    const last = (starts[no + 1] ?? LAST_CHANNEL + 1) - 1;
    await place.step((connection) => writePiece(connection, place, { ...request, table, first, last }));
    place.progress(kind === "sorted" ? "sorting readings" : "sorting roll-ups", no + 1, starts.length);
    if (performance.now() - rolledUpMs < ROLL_UP_EVERY_MS) continue;
    await refreshRollUps(place, request.rollUps);
    rolledUpMs = performance.now();
  }
  const rows = await place.step((connection) => rowsOf(connection, table));
  return { table, kind, rows, sourceRows, replaces: sources.filter((source) => source.kind === kind) };
}

function isFor(build: Unfinished, { kind, span, sources, keepSql }: BuildRequest): boolean {
  return (
    keepSql === undefined && build.kind === kind && build.span === span && `${build.sources}` === `${namesOf(sources)}`
  );
}

function namesOf(sources: readonly Segment[]): string[] {
  return sources.map(({ table }) => table).toSorted();
}

/** Segments under construction that a kill, or a fault, left. */
export async function unfinishedBuilds(connection: DuckDBConnection): Promise<Unfinished[]> {
  const result = await connection.run(
    `SELECT table_name AS "table", CASE kind WHEN 'building' THEN 'sorted' ELSE 'roll_up' END AS kind, span::DOUBLE AS span,
       sources, source_rows::DOUBLE AS "sourceRows", next_channel::DOUBLE AS "nextChannel"
     FROM segment_build JOIN segment USING (table_name) WHERE sources <> '' ORDER BY made_no`,
  );
  const rows = await rowsOfResult<Omit<Unfinished, "sources"> & { readonly sources: string }>(result);
  return rows.map((row) => ({ ...row, sources: row.sources.split(",") }));
}

/** Throws away what is under construction and cannot go on: what it was made of is there no more, or was thinned out. */
export async function dropUnfinished(connection: DuckDBConnection): Promise<void> {
  const listed = await rowsOfResult<{ name: string; kind: Segment["kind"] }>(
    await connection.run("SELECT table_name AS name, kind FROM segment"),
  );
  const names = new Set(listed.map(({ name }) => name));
  const builds = await unfinishedBuilds(connection);
  const goingOn = new Set(
    builds.filter(({ sources }) => sources.every((source) => names.has(source))).map(({ table }) => table),
  );
  for (const { name, kind } of listed)
    if ((kind === "building" || kind === "roll_up_building") && !goingOn.has(name)) await dropSegment(connection, name);
}

async function startTable(connection: DuckDBConnection, place: UpkeepPlace, request: BuildRequest): Promise<string> {
  const { kind, span, sources, sourceRows, keepSql } = request;
  const unitMs = kind === "sorted" ? await unitOf(connection, request) : 1;
  const table = await inTransaction(connection, async () => {
    const no = await nextNo(connection);
    const name = `${kind}_${no}`;
    const building = kind === "sorted" ? "building" : "roll_up_building";
    await addSegment(connection, { table: name, kind: building, span, firstCommit: 0, no });
    await connection.run(`UPDATE segment SET unit_ms = ${unitMs} WHERE table_name = '${name}'`);
    await connection.run(kind === "sorted" ? sortedTableSql(name) : rollUpTableSql(name));
    const names = keepSql === undefined ? namesOf(sources).join(",") : "";
    await connection.run(`INSERT INTO segment_build VALUES ('${name}', '${names}', 0, ${Math.round(sourceRows)})`);
    return name;
  });
  await loadSegmentsInto(connection, place.state());
  return table;
}

/** SQL of the rows of one span in a source; of readings with the commit that sorted ones no longer have. */
export function sourceSql(source: Segment, span: number): string {
  const { kind, table } = source;
  if (kind === "tail")
    return `SELECT * FROM ${table} WHERE read_at_ms >= ${span * SPAN_MS} AND read_at_ms < ${(span + 1) * SPAN_MS}`;
  if (kind === "roll_up_sealed")
    return `SELECT * FROM ${table} WHERE hour >= ${span * HOURS_A_SPAN} AND hour < ${(span + 1) * HOURS_A_SPAN}`;
  return kind === "sorted" ? segmentSql(source) : `SELECT * FROM ${table}`;
}

function rowsSql({ sources, span, keepSql }: BuildRequest): string {
  const rows = sources.map((source) => sourceSql(source, span)).join(" UNION ALL ");
  return keepSql === undefined ? rows : `SELECT * FROM (${rows}) WHERE ${keepSql}`;
}

// Sorted segments know theirs; a tail's readings are looked at.
async function unitOf(connection: DuckDBConnection, { sources, span }: BuildRequest): Promise<number> {
  const tails = sources.filter(({ kind }) => kind === "tail");
  const units = sources.filter(({ kind }) => kind === "sorted").map(({ unitMs }) => unitMs);
  if (tails.length > 0) {
    const tests = TIME_UNITS_MS.map((unit) => `bool_and(read_at_ms % ${unit} = 0) AS u${unit}`);
    const tailsSql = tails.map((tail) => sourceSql(tail, span)).join(" UNION ALL ");
    const fits = await oneRow<Record<string, boolean>>(connection, `SELECT ${tests} FROM (${tailsSql})`);
    units.push(TIME_UNITS_MS.find((unit) => fits[`u${unit}`] === true) ?? 1);
  }
  return Math.min(...units);
}

/** Rows of a source from a channel on to the next such mark. */
interface Weight {
  readonly no: number;
  readonly rows: number;
}

// First channels of pieces of about as many rows. Sorted sources are asked at even distances, unsorted ones counted: they
// are bounded by what one round takes.
async function startsOf(connection: DuckDBConnection, request: BuildRequest, from: number): Promise<number[]> {
  const { sources, span, pieceRows = PIECE_ROWS } = request;
  const part = Math.max(1, Math.floor(pieceRows / (2 * sources.length)));
  const weights: Weight[] = [];
  for (const source of sources)
    weights.push(
      ...(source.kind === "sorted" || source.kind === "roll_up"
        ? await weightsOfSorted(connection, source, part)
        : await weightsOf(connection, sourceSql(source, span), part)),
    );
  const starts = [from];
  let rows = 0;
  for (const weight of weights.toSorted((a, b) => a.no - b.no)) {
    if (weight.no < from) continue;
    if (rows > 0 && rows + weight.rows > pieceRows && weight.no > (starts.at(-1) ?? 0)) {
      starts.push(weight.no);
      rows = 0;
    }
    rows += weight.rows;
  }
  return starts;
}

async function weightsOf(connection: DuckDBConnection, rows: string, part: number): Promise<Weight[]> {
  const result = await connection.run(
    `SELECT min(channel_no) AS no, sum(n)::DOUBLE AS rows FROM (
       SELECT channel_no, n, (sum(n) OVER (ORDER BY channel_no) - n) // ${part} AS piece FROM (
         SELECT channel_no, count(*) AS n FROM (${rows}) GROUP BY channel_no)) GROUP BY piece`,
  );
  return await rowsOfResult<Weight>(result);
}

async function weightsOfSorted(connection: DuckDBConnection, { table }: Segment, part: number): Promise<Weight[]> {
  const rows = await rowsOf(connection, table);
  if (rows === 0) return [];
  const rowNos = Array.from({ length: Math.ceil(rows / part) }, (_, i) => i * part);
  const result = await connection.run(`SELECT channel_no AS no FROM ${table} WHERE rowid IN (${rowNos})`);
  return (await rowsOfResult<{ no: number }>(result)).map(({ no }) => ({ no, rows: part }));
}

interface Piece extends BuildRequest {
  readonly table: string;
  readonly first: number;
  readonly last: number;
}

async function writePiece(connection: DuckDBConnection, place: UpkeepPlace, piece: Piece): Promise<void> {
  const { table, kind, first, last } = piece;
  const unitMs = place.state().segments.all.find((segment) => segment.table === table)?.unitMs ?? 1;
  const rows = `SELECT * FROM (${rowsSql(piece)}) WHERE channel_no BETWEEN ${first} AND ${last}`;
  const sorted = kind === "roll_up" ? `${rows} ORDER BY channel_no, hour` : sortedSql(rows, unitMs);
  await inTransaction(connection, async () => {
    await connection.run(`INSERT INTO ${table} ${sorted}`);
    await connection.run(`UPDATE segment_build SET next_channel = ${last + 1} WHERE table_name = '${table}'`);
  });
}

function sortedSql(rows: string, unitMs: number): string {
  const isMissing = `quality = ${QUALITY_CODES.missing}`;
  return `SELECT channel_no, read_at_ms // ${unitMs},
      CASE WHEN ${isMissing} THEN last_value(counts IGNORE NULLS) OVER before ELSE counts END,
      gauge, quality, flags, origin FROM (SELECT *, row_number() OVER (PARTITION BY channel_no, read_at_ms
        ORDER BY ${isMissing}, commit_no) AS copy FROM (${rows}))
    WHERE copy = 1
    WINDOW before AS (PARTITION BY channel_no ORDER BY read_at_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ORDER BY channel_no, read_at_ms`;
}
