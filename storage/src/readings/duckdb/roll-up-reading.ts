import { type DuckDBConnection, LIST, listValue } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import {
  type NightColumns,
  type NightWindow,
  ROLL_UP_FIGURES,
  type RollUpColumns,
  type RollUpFigure,
  type RollUpRange,
  type RollUpRequest,
} from "../../ports.ts";
import { DEFAULT_NIGHT, daysBetween, nightsBetween, withinReadings } from "../local-days.ts";
import { blankNights, blankRollUps, columnOf } from "../roll-ups.ts";
import { channelParts } from "./channel-parts.ts";
import { inTransaction } from "./database-file.ts";
import { cellSql, PeriodRows } from "./period-rows.ts";
import { hourList, type PeriodList, periodList, rangeOf } from "./periods.ts";
import {
  areWholeHours,
  FIGURES_OF_HOURS_SQL,
  FIGURES_SQL,
  filledSql,
  hoursOfReadingsSql,
  type PeriodRun,
  periodEndSql,
  periodNoSql,
  periodSql,
} from "./roll-up-sql.ts";
import type { TimeRange } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { type HoursQuery, stretchesPay, stretchQueries } from "./stretches.ts";
import { TYPES } from "./vectors.ts";

const HOUR_MS = 3_600_000;
const { missing } = QUALITY_CODES;

/** How roll-ups are answered: from those kept, or from the readings themselves. */
export type RollUpSource = "kept" | "raw";

/** The channels that a query is about. */
interface Asked {
  readonly channels: readonly string[];
  /** SQL that keeps the rows of these channels; `$1` is `nos` where it is used. */
  readonly keepSql: string;
  readonly nos: readonly number[] | undefined;
  /** Place of each channel in the answer by the channel's number, -1 for those that are not asked for. */
  readonly placeOf: Int32Array;
}

/** `hourly` of the port. */
export async function readHourly(
  connection: DuckDBConnection,
  request: RollUpRequest,
  state: StoreState,
  source: RollUpSource = "kept",
): Promise<RollUpColumns> {
  const { fromMs, toMs } = withinReadings(request, state.newestMs());
  return await readPeriods(connection, request, hourList(fromMs, toMs), state, source);
}

/** `daily` of the port. */
export async function readDaily(
  connection: DuckDBConnection,
  request: RollUpRequest,
  zone: string,
  state: StoreState,
): Promise<RollUpColumns> {
  const { fromMs, toMs } = withinReadings(request, state.newestMs());
  return await readPeriods(connection, request, periodList(daysBetween(fromMs, toMs, zone)), state, "kept");
}

async function readPeriods(
  connection: DuckDBConnection,
  { channels, figures = ROLL_UP_FIGURES }: RollUpRequest,
  periods: PeriodList,
  state: StoreState,
  source: RollUpSource,
): Promise<RollUpColumns> {
  const asked = askedOf(channels, state);
  const range = rangeOf(periods);
  if (range === undefined) return blankRollUps(0, asked.channels);
  const rows = new PeriodRows(figures.map((figure) => (length) => columnOf(figure, length)));
  const kind = source === "kept" && areWholeHours(periods.runs) ? "roll_up" : "sorted";
  const queries = (await channelParts(connection, state.segments, asked.nos?.length, range, kind)).flatMap((partSql) =>
    periodQueries(state, { ...asked, keepSql: `${asked.keepSql} AND ${partSql}` }, periods, range, figures, kind),
  );
  await takeAll(connection, queries, asked, rows);
  const { figures: columns, ...placed } = rows.placed(asked.placeOf, periods);
  const named = Object.fromEntries(figures.map((figure, no) => [figure, columns[no]]));
  return { ...blankRollUps(0, asked.channels), ...placed, ...named };
}

// Queries whose rows are taken in this order; of two rows of one period the later one holds.
function periodQueries(
  state: StoreState,
  asked: Asked,
  { runs }: PeriodList,
  range: TimeRange,
  figures: readonly RollUpFigure[],
  kind: "roll_up" | "sorted",
): HoursQuery[] {
  const select = `SELECT ${[cellSql("channel_no", "period_no"), ...figures.map((figure) => FIGURE_SQL[figure])]}`;
  const areHours = runs.length === 1 && runs[0]?.lengthMs === HOUR_MS;
  const periodNo = areHours ? `hour - ${range.fromMs / HOUR_MS}` : periodNoSql(runs, "hour_ms");
  if (kind === "roll_up" && areHours)
    return [
      whole(`${keptHoursSql(state, asked, range)} ${select} FROM (SELECT *, ${periodNo} AS period_no FROM hours)`),
    ];
  if (kind === "roll_up")
    return [
      whole(`${keptHoursSql(state, asked, range)} ${select} FROM (SELECT channel_no, ${periodNo} AS period_no, ${FIGURES_OF_HOURS_SQL}
        FROM hours GROUP BY channel_no, period_no) WHERE period_no IS NOT NULL`),
    ];
  if (areHours && stretchesPay(state.segments, range, state.counts.stored))
    return stretchQueries(state.segments, range, asked.keepSql).map(({ sql, isCorrection }) => ({
      sql: `${sql} ${select} FROM (SELECT *, ${periodNo} AS period_no FROM hours)`,
      isCorrection,
    }));
  return [
    whole(`WITH ${rawSql(state, asked, range)} ${select} FROM (SELECT channel_no, ${periodNoSql(runs, "read_at_ms")} AS period_no,
      ${FIGURES_SQL} FROM (${filledSql("raw")}) GROUP BY channel_no, period_no) WHERE period_no IS NOT NULL`),
  ];
}

function whole(sql: string): HoursQuery {
  return { sql, isCorrection: false };
}

// All of one moment: the queries name tables, and compaction may put others in their place while they are asked.
async function takeAll(
  connection: DuckDBConnection,
  queries: readonly HoursQuery[],
  asked: Asked,
  rows: PeriodRows,
): Promise<void> {
  await inTransaction(connection, () => takeEach(connection, queries, asked, rows));
}

// While one answer is taken, DuckDB works on the next.
async function takeEach(
  connection: DuckDBConnection,
  queries: readonly HoursQuery[],
  asked: Asked,
  rows: PeriodRows,
): Promise<void> {
  let next: ReturnType<typeof runAsked> | undefined;
  for (const [no, { sql, isCorrection }] of queries.entries()) {
    const result = await (next ?? runAsked(connection, sql, asked));
    const following = queries[no + 1];
    next = following && runAsked(connection, following.sql, asked);
    // A failure of the next query is met when its turn comes.
    next?.catch(() => undefined);
    await rows.take(result, isCorrection);
  }
}

const FIGURE_SQL: Readonly<Record<RollUpFigure, string>> = {
  readings: "readings::UINTEGER",
  good: "good::UINTEGER",
  missing: "missing::UINTEGER",
  firstAtMs: orNan("first_at"),
  lastAtMs: orNan("last_at"),
  firstCounts: "coalesce(first_counts, 0)::BIGINT",
  lastCounts: "coalesce(last_counts, 0)::BIGINT",
  firstGauges: orNan("first_gauge"),
  lastGauges: orNan("last_gauge"),
  minGauges: orNan("min_gauge"),
  maxGauges: orNan("max_gauge"),
  sumGauges: orNan("sum_gauge"),
};

function orNan(name: string): string {
  return `coalesce(${name}::DOUBLE, 'nan'::DOUBLE)`;
}

/** `nightMinimum` of the port. */
export async function readNights(
  connection: DuckDBConnection,
  { channels, fromMs, toMs }: RollUpRange,
  zone: string,
  window: NightWindow = DEFAULT_NIGHT,
  state: StoreState,
  source: RollUpSource = "kept",
): Promise<NightColumns> {
  const asked = askedOf(channels, state);
  const held = withinReadings({ fromMs, toMs }, state.newestMs());
  const nights = periodList(nightsBetween(held.fromMs, held.toMs, zone, window));
  const range = rangeOf(nights);
  if (range === undefined) return blankNights(0, asked.channels);
  const { runs } = nights;
  const isKept = source === "kept" && areWholeHours(runs);
  const rows = new PeriodRows([f64, f64, (length) => new Uint32Array(length)]);
  const kind = isKept ? "roll_up" : "sorted";
  const parts = await channelParts(connection, state.segments, asked.nos?.length, range, kind);
  const queries = parts.map((partSql) => {
    const part = { ...asked, keepSql: `${asked.keepSql} AND ${partSql}` };
    const steps = isKept ? keptStepsSql(state, part, range, runs) : rawStepsSql(state, part, range, runs);
    return whole(`${steps} ${nightRowsSql(runs)}`);
  });
  await takeAll(connection, queries, asked, rows);
  const { figures, ...placed } = rows.placed(asked.placeOf, nights);
  const [minCountsPerHour, minGauges, samples] = figures as [Float64Array, Float64Array, Uint32Array];
  return { channels: asked.channels, ...placed, minCountsPerHour, minGauges, samples };
}

const f64 = (length: number) => new Float64Array(length);

// `steps` has a row for each interval, value or hour of a night: per_hour with its intervals, and gauge with its values.
function nightRowsSql(runs: readonly PeriodRun[]): string {
  return `SELECT ${cellSql("channel_no", "night_no")}, ${orNan("per_hour")}, ${orNan("gauge")}, samples::UINTEGER
    FROM (SELECT channel_no, ${periodNoSql(runs, "night")} AS night_no, min(per_hour) AS per_hour, min(gauge) AS gauge,
      sum(samples) AS samples FROM steps WHERE samples > 0 AND night IS NOT NULL GROUP BY channel_no, night_no)`;
}

function rawStepsSql(state: StoreState, asked: Asked, range: TimeRange, runs: readonly PeriodRun[]): string {
  const inNight = `${periodSql(runs, "read_at_ms", 1)} IS NOT NULL`;
  return `WITH ${rawSql(state, asked, { ...range, toMs: range.toMs + 1 }, `quality <> ${missing} AND ${inNight}`)}, steps AS (
    SELECT channel_no, night, CASE WHEN advance >= 0 THEN advance * ${HOUR_MS}.0 / passed_ms END AS per_hour,
      CASE WHEN read_at_ms < ${periodEndSql(runs, "night")} THEN gauge END AS gauge,
      CASE WHEN advance >= 0 OR (gauge IS NOT NULL AND read_at_ms < ${periodEndSql(runs, "night")}) THEN 1 ELSE 0 END AS samples
    FROM (SELECT *, counts - lag(counts) OVER beside AS advance, read_at_ms - lag(read_at_ms) OVER beside AS passed_ms
      FROM (SELECT *, ${periodSql(runs, "read_at_ms", 1)} AS night FROM raw)
      WINDOW beside AS (PARTITION BY channel_no, night ORDER BY read_at_ms)))`;
}

// From hours: the intervals inside each, those from an hour's last value to the next one's first, and the one that ends
// with the night, at the full hour behind it.
function keptStepsSql(state: StoreState, asked: Asked, range: TimeRange, runs: readonly PeriodRun[]): string {
  const withNextHour = { ...range, toMs: range.toMs + HOUR_MS };
  const isClosing = `hour_ms >= ${periodEndSql(runs, "night")}`;
  return `${keptHoursSql(state, asked, withNextHour, `${periodSql(runs, "hour_ms", 1)} IS NOT NULL`)}, valued AS (
      SELECT *, ${periodSql(runs, "hour_ms", 1)} AS night FROM hours WHERE first_at IS NOT NULL),
    beside AS (SELECT *, ${isClosing} AS is_closing,
        first_counts - lag(last_counts) OVER w AS advance, first_at - lag(last_at) OVER w AS passed_ms
      FROM valued WHERE NOT (${isClosing}) OR first_at = hour_ms WINDOW w AS (PARTITION BY channel_no, night ORDER BY hour_ms)),
    steps AS (
      SELECT channel_no, night, CASE WHEN advance >= 0 THEN advance * ${HOUR_MS}.0 / passed_ms END AS per_hour,
        NULL::DOUBLE AS gauge, CASE WHEN advance >= 0 THEN 1 ELSE 0 END AS samples FROM beside WHERE first_counts IS NOT NULL
      UNION ALL SELECT channel_no, night, least_per_hour, min_gauge,
        CASE WHEN first_counts IS NULL THEN readings - missing ELSE intervals END FROM beside WHERE NOT is_closing)`;
}

/** SQL of a WITH that ends in `hours`: kept roll-ups with `hour_ms`, `first_at`, `last_at`, dirty hours computed anew. */
function keptHoursSql(state: StoreState, asked: Asked, range: TimeRange, whereSql = "true"): string {
  const columns = `channel_no, hour, hour::BIGINT * ${HOUR_MS} AS hour_ms, readings, good, missing, hour::BIGINT * ${HOUR_MS} + first_ms AS first_at,
    hour::BIGINT * ${HOUR_MS} + last_ms AS last_at, first_counts, last_counts, first_gauge, last_gauge, min_gauge, max_gauge,
    sum_gauge, least_per_hour, intervals`;
  const within = `hour >= ${Math.floor(range.fromMs / HOUR_MS)} AND hour < ${Math.ceil(range.toMs / HOUR_MS)} AND ${asked.keepSql}`;
  const kept = `SELECT * FROM (${state.segments.rollUpsSql(range)}) WHERE ${within}`;
  if (state.rolledUpTo >= state.counts.lastCommit)
    return `WITH hours AS (SELECT * FROM (SELECT ${columns} FROM (${kept})) WHERE ${whereSql})`;
  return `WITH ${dirtySql(state, state.rolledUpTo, state.counts.lastCommit, `read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs} AND ${asked.keepSql}`)},
    ${dirtyRawSql(state, range, asked.keepSql)}, hours AS (SELECT * FROM (SELECT ${columns} FROM (
      SELECT * FROM (${kept}) k ANTI JOIN dirty USING (channel_no, hour)
      UNION ALL SELECT * FROM (${hoursOfReadingsSql("raw")}))) WHERE ${whereSql})`;
}

/** SQL of `dirty`: the channels and hours of which commits in (afterCommit, lastCommit] hold readings. */
export function dirtySql(state: StoreState, afterCommit: number, lastCommit: number, whereSql = "true"): string {
  const forgotten = state.hasForgotten
    ? `ANTI JOIN raw_forgotten f ON f.channel_no = d.channel_no AND d.hour::BIGINT * ${HOUR_MS} < f.before_ms`
    : "";
  return `dirty AS MATERIALIZED (SELECT d.channel_no, d.hour FROM (SELECT DISTINCT channel_no, (read_at_ms // ${HOUR_MS})::INTEGER AS hour
    FROM (${state.segments.commitsSql(afterCommit, lastCommit)}) WHERE ${whereSql}) d ${forgotten})`;
}

/** SQL of `raw`: all readings of the hours in `dirty`, which lie in `range` and among the channels of `whereSql`. */
export function dirtyRawSql(state: StoreState, range: TimeRange, whereSql = "true"): string {
  return `raw AS (SELECT r.channel_no, r.read_at_ms, r.counts, r.gauge, r.quality
    FROM (SELECT *, (read_at_ms // ${HOUR_MS})::INTEGER AS hour FROM (${state.segments.readingsSql(range)})
      WHERE read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs} AND ${whereSql}) r
    SEMI JOIN dirty USING (channel_no, hour))`;
}

function rawSql(state: StoreState, asked: Asked, range: TimeRange, whereSql = "true"): string {
  return `raw AS (SELECT channel_no, read_at_ms, counts, gauge, quality FROM (${state.segments.readingsSql(range)})
    WHERE read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs} AND ${asked.keepSql} AND ${whereSql})`;
}

function askedOf(channels: readonly string[] | "all", state: StoreState): Asked {
  const placeOf = new Int32Array(state.channelCount);
  if (channels === "all")
    return { channels: state.channelIds(), keepSql: "true", nos: undefined, placeOf: placeOf.map((_, no) => no) };
  placeOf.fill(-1);
  const ids = [...new Set(channels)];
  const nos = ids.flatMap((id, place) => {
    const no = state.channel(id)?.no;
    if (no === undefined) return [];
    placeOf[no] = place;
    return [no];
  });
  const [low, high] = [nos.reduce((a, b) => Math.min(a, b), 0x7fff_ffff), nos.reduce((a, b) => Math.max(a, b), -1)];
  const isRun = high - low + 1 === nos.length;
  const keepSql = `channel_no BETWEEN ${low} AND ${high}${isRun ? "" : " AND channel_no IN (SELECT unnest($1))"}`;
  return { channels: ids, keepSql, nos, placeOf };
}

function runAsked(connection: DuckDBConnection, sql: string, { nos, keepSql }: Asked) {
  if (nos === undefined || !keepSql.includes("$1")) return connection.run(sql);
  return connection.run(sql, [listValue(nos)], [LIST(TYPES.INTEGER)]);
}
