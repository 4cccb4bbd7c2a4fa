import type { DuckDBConnection } from "@duckdb/node-api";
import { type RollUpOptions, refreshRollUps } from "./roll-up-refresh.ts";
import {
  type BuiltSegment,
  buildSegment,
  dropUnfinished,
  PIECE_ROWS,
  type SortedKind,
  type Unfinished,
  unfinishedBuilds,
} from "./segment-build.ts";
import { dropSegment, ROUND_ROWS, rowsOf, sealTail, sealYoungRollUps } from "./segment-list.ts";
import { type Segment, SPAN_MS } from "./segments.ts";
import { loadSegmentsInto, type StoreState } from "./store-state.ts";
import { noteUpkeep, type UpkeepPlace } from "./upkeep-place.ts";
import { rowsOfResult } from "./vectors.ts";

/** How a compaction is bounded. */
export interface CompactionOptions extends RollUpOptions {
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

const NOTHING: CompactionReport = { moved: 0, merged: 0, dropped: 0, segments: 0 };
const HOURS_A_SPAN = SPAN_MS / 3_600_000;

// New rows are merged with the segments that are not much larger: each reading is rewritten a few times in its life,
// not every night, and a span has few segments.
const MERGE_UP_TO = 3;

/**
 * Moves readings that every consumer of the feed has passed into segments sorted by channel and time, and their hourly
 * roll-ups likewise: a bounded round of tables at a time, then what is small beside what is not much larger. New segments are
 * built beside the old ones, piece by piece, and take their place in one short transaction; after a kill what was being
 * built goes on behind its last piece.
 */
export async function compact(place: UpkeepPlace, options: CompactionOptions = {}): Promise<CompactionReport> {
  const floor = feedFloor(place.state(), options.withoutConsumers ?? false);
  await place.between(async (writer) => {
    await dropUnfinished(writer);
    return () => loadSegmentsInto(writer, place.state());
  });
  await sealPassed(place, floor);
  const isPassed = ({ lastCommit }: Segment) => lastCommit !== null && lastCommit <= floor;
  if (place.state().segments.tails.some(isPassed)) {
    await refreshRollUps(place, options);
    await place.fold();
    await sealYoungRollUps(place);
  }
  const readings = await compactKind(place, "sorted", options, () => takable(place.state(), floor));
  const rollUps = await compactKind(place, "roll_up", options, () => place.state().segments.ofKind("roll_up_sealed"));
  const report = { ...readings, segments: readings.segments + rollUps.segments };
  if (report.segments > 0) await note(place, report);
  return report;
}

async function note(place: UpkeepPlace, report: CompactionReport): Promise<void> {
  await place.between(async (writer) => {
    await noteUpkeep(writer, place, "compaction", report.moved, JSON.stringify(report));
    return async () => undefined;
  });
}

function feedFloor(state: StoreState, withoutConsumers: boolean): number {
  if (state.cursors.size === 0) return withoutConsumers ? state.counts.lastCommit : 0;
  return Math.min(...state.cursors.values());
}

// The feed forgets whole tails only. One that is sealed already waits for its consumers, and no other beside it.
async function sealPassed(place: UpkeepPlace, floor: number): Promise<void> {
  const { open, tails } = place.state().segments;
  if (floor < open.firstCommit || tails.some((tail) => (tail.lastCommit ?? 0) > floor)) return;
  await sealTail(place);
}

// What is not rolled up is rolled up from its tail, and what is not folded is read from there at the next start.
function takable({ segments, rolledUpTo, foldedTo }: StoreState, floor: number): readonly Segment[] {
  const passed = Math.min(floor, rolledUpTo, foldedTo);
  return segments.tails.filter(({ lastCommit }) => lastCommit !== null && lastCommit <= passed);
}

async function compactKind(
  place: UpkeepPlace,
  kind: SortedKind,
  options: CompactionOptions,
  fresh: () => readonly Segment[],
): Promise<CompactionReport> {
  let report = NOTHING;
  for (;;) {
    const work = await nextWork(place, kind, fresh(), options.roundRows ?? ROUND_ROWS);
    if (work === undefined || place.isStopping) return report;
    const built = await buildAll(place, work, options);
    if (built === undefined) return report;
    report = sumOf(report, await flip(place, work.tables, built));
  }
}

/** Tables to sort, or sorted segments to merge, in one go. */
interface Work {
  readonly kind: SortedKind;
  /** Unsorted tables, which are gone afterwards. */
  readonly tables: readonly Segment[];
  readonly spans: readonly SpanWork[];
}

interface SpanWork {
  readonly span: number;
  readonly newRows: number;
  readonly merges: readonly Segment[];
}

// What is under construction comes first, made of the same. Only the last round merges: the others would write again
// and again what comes together at the end.
async function nextWork(
  place: UpkeepPlace,
  kind: SortedKind,
  fresh: readonly Segment[],
  roundRows: number,
): Promise<Work | undefined> {
  const builds = (await place.step(unfinishedBuilds)).filter((build) => build.kind === kind);
  const { all } = place.state().segments;
  const tables = tablesOf(builds, fresh) ?? firstOf(fresh, roundRows);
  if (tables.length === 0) {
    const merge = mergeGoingOn(builds, place.state().segments.ofKind(kind)) ?? mergeOf(place.state(), kind);
    return merge && { kind, tables, spans: [merge] };
  }
  const isLast = tables.length === fresh.length;
  const found = await place.step((connection) => spansOf(connection, kind, tables));
  const spans = found.map(({ span, newRows }) => {
    const begun = builds.find((build) => build.span === span && build.sources.includes(tables[0]?.table ?? ""));
    const chosen = isLast ? toMerge(place.state(), kind, span, newRows) : [];
    const merges = begun === undefined ? chosen : all.filter((each) => each.kind === kind && isSource(begun, each));
    return { span, newRows, merges };
  });
  return { kind, tables, spans };
}

function isSource({ sources }: Unfinished, { table }: Segment): boolean {
  return sources.includes(table);
}

function tablesOf(builds: readonly Unfinished[], fresh: readonly Segment[]): readonly Segment[] | undefined {
  for (const build of builds) {
    const found = fresh.filter((table) => isSource(build, table));
    if (found.length > 0) return found;
  }
  return undefined;
}

function firstOf(fresh: readonly Segment[], roundRows: number): readonly Segment[] {
  let rows = 0;
  const end = fresh.findIndex((table) => {
    rows += table.rows;
    return rows >= roundRows;
  });
  return end < 0 ? fresh : fresh.slice(0, end + 1);
}

// What is made of unsorted tables too waits until those may be taken: a consumer of the feed may have come meanwhile.
function mergeGoingOn(builds: readonly Unfinished[], sorted: readonly Segment[]): SpanWork | undefined {
  const names = new Set(sorted.map(({ table }) => table));
  const build = builds.find(({ sources }) => sources.every((source) => names.has(source)));
  return build && { span: build.span, newRows: 0, merges: sorted.filter((segment) => isSource(build, segment)) };
}

function mergeOf(state: StoreState, kind: SortedKind): SpanWork | undefined {
  for (const span of new Set(state.segments.ofKind(kind).map((segment) => segment.span ?? 0))) {
    const merges = toMerge(state, kind, span, 0);
    if (merges.length > 1) return { span, newRows: 0, merges };
  }
  return undefined;
}

function toMerge(state: StoreState, kind: SortedKind, span: number, newRows: number): readonly Segment[] {
  const here = state.segments.ofKind(kind).filter((segment) => segment.span === span);
  const merged: Segment[] = [];
  let rows = newRows;
  for (const segment of here.toSorted((a, b) => a.rows - b.rows)) {
    if (rows > 0 && segment.rows > rows * MERGE_UP_TO) break;
    merged.push(segment);
    rows += segment.rows;
  }
  return merged;
}

async function spansOf(connection: DuckDBConnection, kind: SortedKind, tables: readonly Segment[]) {
  const span = kind === "sorted" ? `read_at_ms // ${SPAN_MS}` : `hour // ${HOURS_A_SPAN}`;
  const rows = tables.map(({ table }) => `SELECT ${span} AS span FROM ${table}`).join(" UNION ALL ");
  const result = await connection.run(
    `SELECT span::DOUBLE AS span, count(*)::DOUBLE AS "newRows" FROM (${rows}) GROUP BY 1 ORDER BY 1`,
  );
  return await rowsOfResult<{ span: number; newRows: number }>(result);
}

async function buildAll(
  place: UpkeepPlace,
  { kind, tables, spans }: Work,
  { pieceRows = PIECE_ROWS, ...rollUps }: CompactionOptions,
): Promise<BuiltSegment[] | undefined> {
  const built: BuiltSegment[] = [];
  for (const { span, newRows, merges } of spans) {
    const sourceRows = merges.reduce((sum, { rows }) => sum + rows, newRows);
    const sources = [...tables, ...merges];
    const one = await buildSegment(place, { kind, span, sources, sourceRows, pieceRows, rollUps });
    if (one === undefined) return undefined;
    built.push(one);
  }
  return built;
}

async function flip(
  place: UpkeepPlace,
  tables: readonly Segment[],
  built: readonly BuiltSegment[],
): Promise<CompactionReport> {
  await place.between(async (writer) => {
    await putInPlace(writer, built);
    for (const { table } of tables) await dropSegment(writer, table);
    return () => loadSegmentsInto(writer, place.state());
  });
  const sum = (of: (segment: BuiltSegment) => number) => built.reduce((total, segment) => total + of(segment), 0);
  const merged = sum(({ replaces }) => replaces.reduce((total, segment) => total + segment.rows, 0));
  return {
    moved: sum(({ sourceRows }) => sourceRows) - merged,
    merged,
    dropped: sum(({ rows, sourceRows }) => sourceRows - rows),
    segments: built.length,
  };
}

function sumOf(a: CompactionReport, b: CompactionReport): CompactionReport {
  return {
    moved: a.moved + b.moved,
    merged: a.merged + b.merged,
    dropped: a.dropped + b.dropped,
    segments: a.segments + b.segments,
  };
}

/** Lets built segments take the place of others, inside the connection's transaction. */
export async function putInPlace(writer: DuckDBConnection, built: readonly BuiltSegment[]): Promise<void> {
  for (const { table, kind, replaces } of built) {
    const rows = await rowsOf(writer, table);
    await writer.run(`UPDATE segment SET kind = '${kind}', row_count = ${rows} WHERE table_name = '${table}'`);
    await writer.run(`DELETE FROM segment_build WHERE table_name = '${table}'`);
    for (const old of replaces) await dropSegment(writer, old.table);
  }
}
