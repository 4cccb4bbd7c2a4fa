import type { DuckDBConnection } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import { rowsOfResult } from "./vectors.ts";

/**
 * A table that holds part of the readings or of their hourly roll-ups. A tail takes commits as they come and feeds consumers;
 * a sorted one holds the readings of one span of time by channel and time, without their commits; one being built is not read
 * yet. Roll-ups are young at first, sealed when enough lie there, and then sorted.
 */
export interface Segment {
  readonly table: string;
  readonly kind: "tail" | "sorted" | "building" | "roll_up" | "roll_up_building" | "roll_up_young" | "roll_up_sealed";
  /** Number of the span of time, `SPAN_MS` each since 1970; null for tails. */
  readonly span: number | null;
  /** Commits in a tail; the last one is null while it takes more. */
  readonly firstCommit: number;
  readonly lastCommit: number | null;
  readonly rows: number;
  /** What one step of `read_at` in a sorted segment is worth. */
  readonly unitMs: number;
}

/**
 * Length of the span of a sorted segment. DuckDB packs 2,048 rows together and packs them badly where a channel ends
 * among them, so a channel should have many rows side by side; and a span should not be so long that a query for one
 * day reads a year. A channel's year lies in four or five stretches.
 */
export const SPAN_MS = 90 * 86_400_000;

/** Units in which a sorted segment may count time; the largest that all its readings are multiples of packs best. */
export const TIME_UNITS_MS = [900_000, 60_000, 1000, 1] as const;

/** Spans that hold some of [fromMs, toMs). */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** All time. */
export const ALWAYS: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** The segments of a store file, and how they are read as one. */
export class Segments {
  readonly all: readonly Segment[];

  constructor(all: readonly Segment[]) {
    this.all = all;
  }

  /** The tail that takes commits. */
  get open(): Segment {
    const open = this.tails.find((tail) => tail.lastCommit === null);
    if (open === undefined) throw new RangeError("the store file has no table that takes commits");
    return open;
  }

  /**
   * The table that takes hourly roll-ups. When it is sealed it gets another name, and so does its successor: a query that was
   * written before then fails and is asked again, instead of missing hours that were rolled up anew.
   */
  get youngRollUps(): string {
    const young = this.all.find((segment) => segment.kind === "roll_up_young");
    if (young === undefined) throw new RangeError("the store file has no table for young roll-ups");
    return young.table;
  }

  get tails(): readonly Segment[] {
    return this.ofKind("tail");
  }

  /** Segments of one kind, the oldest first. */
  ofKind(kind: Segment["kind"]): readonly Segment[] {
    return this.all.filter((segment) => segment.kind === kind);
  }

  /** The first commit that the feed can still give. */
  get feedFrom(): number {
    return Math.min(...this.tails.map((tail) => tail.firstCommit));
  }

  /** Sorted segments, or those of hourly roll-ups, that may hold something of a range. Also those being built. */
  sorted(range: TimeRange, kind: Segment["kind"] = "sorted"): readonly Segment[] {
    return this.all.filter(
      (segment) =>
        segment.kind === kind &&
        (segment.span ?? 0) * SPAN_MS < range.toMs &&
        ((segment.span ?? 0) + 1) * SPAN_MS > range.fromMs,
    );
  }

  /** SQL of all readings that may lie in a range: channel_no, read_at_ms, counts, gauge, quality, flags, origin, commit_no. */
  readingsSql(range: TimeRange): string {
    return [...this.tails, ...this.sorted(range)].map((segment) => segmentSql(segment, range)).join(" UNION ALL ");
  }

  /**
   * SQL of one channel's readings in a range, those of earlier spans first and of tails last: read_at_ms, the columns named
   * in `values`, quality, flags. Each table is asked by itself, in its own units and for as little as will do: DuckDB plans
   * and runs that in half the time that `readingsSql` takes.
   */
  channelSql(no: number, range: TimeRange, values: readonly ("counts" | "gauge" | "commit_no")[]): string {
    const [from, to] = [range.fromMs, range.toMs].map((ms) => Math.max(-8.64e15, Math.min(Math.ceil(ms), 8.64e15)));
    const sorted = this.sorted(range).toSorted((a, b) => (a.span ?? 0) - (b.span ?? 0));
    return [...sorted, ...this.tails]
      .map(({ table, kind, unitMs }) => {
        const isTail = kind === "tail";
        const time = isTail ? "read_at_ms" : "read_at";
        const columns = values.map((name) => (name === "commit_no" && !isTail ? "0::BIGINT AS commit_no" : name));
        return `SELECT (${time} * ${unitMs})::DOUBLE AS read_at_ms, ${columns}, quality, flags FROM ${table}
          WHERE channel_no = ${no} AND ${time} >= ${Math.ceil((from ?? 0) / unitMs)} AND ${time} < ${Math.ceil((to ?? 0) / unitMs)}`;
      })
      .join(" UNION ALL ");
  }

  /** SQL of the readings of commits in (afterCommit, lastCommit], with `row_no` their order within a commit. */
  commitsSql(afterCommit: number, lastCommit: number): string {
    const wanted = this.tails.filter(
      (tail) => tail.firstCommit <= lastCommit && (tail.lastCommit === null || tail.lastCommit > afterCommit),
    );
    const tails = wanted.length === 0 ? [this.open] : wanted;
    const bounds = `commit_no > ${Math.trunc(afterCommit)} AND commit_no <= ${Math.trunc(lastCommit)}`;
    return tails.map(({ table }) => `SELECT *, rowid AS row_no FROM ${table} WHERE ${bounds}`).join(" UNION ALL ");
  }

  /** SQL of the hourly roll-ups kept for a range, young, sealed and sorted ones. */
  rollUpsSql(range: TimeRange): string {
    return this.rollUpTables(range)
      .map((table) => `SELECT * FROM ${table}`)
      .join(" UNION ALL ");
  }

  /** Tables with hourly roll-ups kept for a range. */
  rollUpTables(range: TimeRange): readonly string[] {
    const found = [...this.ofKind("roll_up_sealed"), ...this.sorted(range, "roll_up")];
    return [this.youngRollUps, ...found.map(({ table }) => table)];
  }
}

/** SQL of the counts of a row in a sorted table, where a missing reading of a register carries the counts before it. */
export const COUNTS_SQL = `CASE WHEN quality <> ${QUALITY_CODES.missing} THEN counts END`;

/** SQL of the readings of one segment that may lie in a range, with the columns of `readingsSql`. */
export function segmentSql({ table, kind, unitMs }: Segment, range: TimeRange = ALWAYS): string {
  if (kind === "tail")
    return `SELECT channel_no, read_at_ms, counts, gauge, quality, flags, origin, commit_no FROM ${table}`;
  const bounds = [
    ...(Number.isFinite(range.fromMs) ? [`read_at >= ${Math.floor(range.fromMs / unitMs)}`] : []),
    ...(Number.isFinite(range.toMs) ? [`read_at <= ${Math.ceil(range.toMs / unitMs)}`] : []),
  ];
  const where = bounds.length === 0 ? "" : ` WHERE ${bounds.join(" AND ")}`;
  return `SELECT channel_no, read_at * ${unitMs} AS read_at_ms, ${COUNTS_SQL} AS counts, gauge, quality, flags, origin, 0::BIGINT AS commit_no
    FROM ${table}${where}`;
}

/** The segments that a store file lists. */
export async function loadSegments(connection: DuckDBConnection): Promise<Segments> {
  const result = await connection.run(
    `SELECT table_name AS "table", kind, span::DOUBLE AS span, first_commit::DOUBLE AS "firstCommit", last_commit::DOUBLE AS "lastCommit",
       row_count::DOUBLE AS "rows", unit_ms::DOUBLE AS "unitMs" FROM segment ORDER BY made_no`,
  );
  return new Segments((await rowsOfResult<Segment>(result)).map((row) => ({ ...row })));
}

/** SQL of the table that takes readings; the columns of the first format. */
export function tailTableSql(table: string): string {
  return `CREATE TABLE ${table} (channel_no INTEGER NOT NULL, read_at_ms BIGINT NOT NULL, counts BIGINT, gauge DOUBLE,
    quality UTINYINT NOT NULL, flags UINTEGER NOT NULL, origin UTINYINT NOT NULL, commit_no BIGINT NOT NULL)`;
}

/**
 * SQL of a table for sorted readings; `read_at` counts the segment's units of time. A missing reading of a register carries
 * the counts before it: DuckDB packs the steps from one reading to the next only where none of 2,048 neighbours is null.
 */
export function sortedTableSql(table: string): string {
  return `CREATE TABLE ${table} (channel_no INTEGER NOT NULL, read_at BIGINT NOT NULL, counts BIGINT, gauge DOUBLE,
    quality UTINYINT NOT NULL, flags UINTEGER NOT NULL, origin UTINYINT NOT NULL)`;
}

/** SQL of a table for hourly roll-ups; instants within the hour in ms, `least_per_hour` of its inner intervals. */
export function rollUpTableSql(table: string): string {
  return `CREATE TABLE ${table} (channel_no INTEGER NOT NULL, hour INTEGER NOT NULL, readings UINTEGER NOT NULL,
    good UINTEGER NOT NULL, missing UINTEGER NOT NULL, first_ms INTEGER, last_ms INTEGER, first_counts BIGINT,
    last_counts BIGINT, first_gauge DOUBLE, last_gauge DOUBLE, min_gauge DOUBLE, max_gauge DOUBLE, sum_gauge DOUBLE,
    least_per_hour DOUBLE, intervals UINTEGER NOT NULL)`;
}
