import { QUALITY_CODES } from "@nightflow/domain";
import { FIGURES_SQL, filledSql } from "./roll-up-sql.ts";
import { ALWAYS, COUNTS_SQL, type Segment, type Segments, type TimeRange } from "./segments.ts";

const HOUR_MS = 3_600_000;
const { good, missing } = QUALITY_CODES;

/** A WITH that ends in `hours`; the rows of corrections are added to what others count in the same hour. */
export interface HoursQuery {
  readonly sql: string;
  readonly isCorrection: boolean;
}

/**
 * Hours of sorted readings without grouping them: where readings lie by channel and time, the values of an hour are a
 * stretch of neighbours, and looking at the row behind costs a sixth of a hash table with a group for every hour.
 *
 * To be taken in this order: the stretches of registers, hours of gauges, corrections for what is missing or suspect, and
 * at last the hours that lie in tails or in a second segment of a span too, which stand instead of all others.
 */
export function stretchQueries(segments: Segments, range: TimeRange, keepSql: string): HoursQuery[] {
  const { neighbours, others } = laidOut(segments, range);
  const sorted = neighbours.map((segment) => rowsSql(segment, range, keepSql));
  const unsorted = others.map((segment) => rowsSql(segment, range, keepSql));
  const all = (rows: readonly string[], where = "true") =>
    rows.map((each) => `SELECT * FROM (${each}) WHERE ${where}`).join(" UNION ALL ");
  const hours = `SELECT channel_no, hour, ${FIGURES_SQL} FROM`;
  const grouped = "GROUP BY channel_no, hour";
  return [
    { sql: `WITH hours AS (${sorted.map(stretchSql).join(" UNION ALL ")})`, isCorrection: false },
    {
      sql: `WITH hours AS (SELECT * REPLACE (readings AS good) FROM (${hours} (${all(sorted, "gauge IS NOT NULL")}) ${grouped}))`,
      isCorrection: false,
    },
    { sql: `WITH hours AS (${correctionSql(all(sorted, `quality <> ${good}`))})`, isCorrection: true },
    {
      sql: `WITH unsorted AS MATERIALIZED (SELECT DISTINCT channel_no, hour FROM (${all(unsorted)})),
        raw AS (SELECT r.* FROM (${all([...sorted, ...unsorted])}) r SEMI JOIN unsorted USING (channel_no, hour)),
        hours AS (${hours} (${filledSql("raw")}) ${grouped})`,
      isCorrection: false,
    },
  ];
}

function rowsSql(segment: Segment, range: TimeRange, keepSql: string): string {
  const [from, to] = [range.fromMs / HOUR_MS, range.toMs / HOUR_MS];
  const anHour = HOUR_MS / segment.unitMs;
  if (segment.kind === "tail")
    return `SELECT channel_no, (read_at_ms // ${HOUR_MS})::INTEGER AS hour, read_at_ms AS read_at, read_at_ms, counts, gauge, quality
      FROM ${segment.table} WHERE read_at_ms >= ${from * HOUR_MS} AND read_at_ms < ${to * HOUR_MS} AND ${keepSql}`;
  return `SELECT channel_no, (read_at // ${anHour})::INTEGER AS hour, read_at, read_at * ${segment.unitMs} AS read_at_ms, ${COUNTS_SQL} AS counts, gauge, quality
    FROM ${segment.table} WHERE read_at >= ${from * anHour} AND read_at < ${to * anHour} AND ${keepSql}`;
}

// The last row of each stretch, with what lies behind it as the first of the next; the very first has none before it.
function stretchSql(rows: string): string {
  return `SELECT channel_no, hour, readings, readings AS good, 0 AS missing, coalesce(first_at, opening_at) AS first_at, last_at,
      coalesce(first_counts, opening_counts) AS first_counts, last_counts,
      NULL AS first_gauge, NULL AS last_gauge, NULL AS min_gauge, NULL AS max_gauge, NULL AS sum_gauge FROM (
    SELECT channel_no, hour, row_no - lag(row_no, 1, 0) OVER () AS readings, lag(next_at) OVER () AS first_at,
      opening_at, read_at_ms AS last_at, lag(next_counts) OVER () AS first_counts, opening_counts, counts AS last_counts FROM (
        SELECT *, row_number() OVER () AS row_no, lead(hour) OVER () AS next_hour, lead(channel_no) OVER () AS next_no,
          lead(read_at_ms) OVER () AS next_at, lead(counts) OVER () AS next_counts,
          first_value(read_at_ms) OVER () AS opening_at, first_value(counts) OVER () AS opening_counts
        FROM (${rows}) WHERE quality <> ${missing} AND counts IS NOT NULL)
    WHERE next_hour IS DISTINCT FROM hour OR next_no IS DISTINCT FROM channel_no)`;
}

// Values are all counted as good before.
function correctionSql(rows: string): string {
  return `SELECT channel_no, hour, missing AS readings, (4294967296 - suspect) % 4294967296 AS good, missing,
      NULL AS first_at, NULL AS last_at, NULL AS first_counts, NULL AS last_counts,
      NULL AS first_gauge, NULL AS last_gauge, NULL AS min_gauge, NULL AS max_gauge, NULL AS sum_gauge FROM (
    SELECT channel_no, hour, count(*) FILTER (quality = ${missing}) AS missing, count(*) FILTER (quality <> ${missing}) AS suspect
    FROM (${rows}) GROUP BY channel_no, hour)`;
}

/** Whether hours are best read as stretches: where few of the readings of a range lie beside the sorted neighbours. */
export function stretchesPay(segments: Segments, range: TimeRange, stored: number): boolean {
  const rowsOf = (some: readonly Segment[]) => some.reduce((sum, { rows }) => sum + rows, 0);
  const inTails = stored - rowsOf(segments.sorted(ALWAYS));
  const { neighbours, others } = laidOut(segments, range);
  return (inTails + rowsOf(others.filter(({ kind }) => kind === "sorted"))) * 4 < rowsOf(neighbours);
}

interface LaidOut {
  /** One segment a span, the largest: what is not beside a row there is in none of these. */
  readonly neighbours: readonly Segment[];
  /** Tails, and segments of late readings that are not merged with the span's own yet. */
  readonly others: readonly Segment[];
}

function laidOut(segments: Segments, range: TimeRange): LaidOut {
  const sorted = segments.sorted(range).toSorted((a, b) => b.rows - a.rows);
  const isLargest = ({ span }: Segment, at: number) => sorted.findIndex((other) => other.span === span) === at;
  const neighbours = sorted.filter(isLargest).toSorted((a, b) => (a.span ?? 0) - (b.span ?? 0));
  return { neighbours, others: [...segments.tails, ...sorted.filter((segment) => !neighbours.includes(segment))] };
}
