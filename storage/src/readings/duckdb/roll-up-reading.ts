import { type DuckDBConnection, type DuckDBDataChunk, LIST, listValue } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { NightColumns, NightWindow, RollUpColumns, RollUpRange } from "../../ports.ts";
import { DEFAULT_NIGHT, daysBetween, hoursBetween, nightsBetween, type Period } from "../local-days.ts";
import { blankNights, blankRollUps, joinRollUps } from "../roll-ups.ts";
import {
  areWholeHours,
  FIGURES_OF_HOURS_SQL,
  FIGURES_SQL,
  filledSql,
  hoursOfReadingsSql,
  type PeriodRun,
  periodEndSql,
  periodSql,
  runsOf,
} from "./roll-up-sql.ts";
import type { TimeRange } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { chunksOf, TYPES, takeColumns } from "./vectors.ts";

const HOUR_MS = 3_600_000;
const { missing } = QUALITY_CODES;

/** How roll-ups are answered: from those kept, or from the readings themselves. */
export type RollUpSource = "kept" | "raw";

/** The channels that a query is about, with their places in the answer. */
interface Asked {
  readonly channels: readonly string[];
  /** SQL that keeps the rows of these channels. */
  readonly keepSql: string;
  /** SQL of the place, given `channel_no`, and the join that it needs. */
  readonly placeSql: string;
  readonly joinSql: string;
  readonly nos: readonly number[];
  readonly places: readonly number[];
}

/** `hourly` of the port. */
export function readHourly(
  connection: DuckDBConnection,
  { channels, fromMs, toMs }: RollUpRange,
  state: StoreState,
  source: RollUpSource = "kept",
): Promise<RollUpColumns> {
  const hours = hoursBetween(fromMs, toMs);
  return readPeriods(connection, channels, hours, state, source);
}

/** `daily` of the port. */
export function readDaily(
  connection: DuckDBConnection,
  { channels, fromMs, toMs }: RollUpRange,
  zone: string,
  state: StoreState,
): Promise<RollUpColumns> {
  return readPeriods(connection, channels, daysBetween(fromMs, toMs, zone), state, "kept");
}

/** Rows that one query answers at most: they are sorted, and sorting what does not fit in memory is slow. */
const ROWS_A_QUERY = 400_000;

async function readPeriods(
  connection: DuckDBConnection,
  channels: readonly string[] | "all",
  periods: readonly Period[],
  state: StoreState,
  source: RollUpSource,
): Promise<RollUpColumns> {
  const ids = channels === "all" ? state.channelIds() : channels;
  const atOnce = Math.max(1, Math.floor(ROWS_A_QUERY / Math.max(1, periods.length)));
  if (ids.length <= atOnce) return await readPart(connection, channels, periods, state, source);
  const parts: RollUpColumns[] = [];
  for (let from = 0; from < ids.length; from += atOnce)
    parts.push(await readPart(connection, ids.slice(from, from + atOnce), periods, state, source));
  return joinRollUps(parts, ids, atOnce);
}

async function readPart(
  connection: DuckDBConnection,
  channels: readonly string[] | "all",
  periods: readonly Period[],
  state: StoreState,
  source: RollUpSource,
): Promise<RollUpColumns> {
  const asked = askedOf(channels, state);
  const range = rangeOf(periods);
  if (range === undefined) return blankRollUps(0, asked.channels);
  const runs = runsOf(periods);
  const areHours = runs.length === 1 && runs[0]?.lengthMs === HOUR_MS;
  const grouped =
    source === "kept" && areHours
      ? `${keptHoursSql(state, asked, range)}, periods AS (SELECT *, hour_ms AS period FROM hours)`
      : source === "kept" && areWholeHours(runs)
        ? `${keptHoursSql(state, asked, range)}, periods AS (SELECT channel_no, ${periodSql(runs, "hour_ms")} AS period,
          ${FIGURES_OF_HOURS_SQL} FROM hours GROUP BY channel_no, period)`
        : `WITH ${rawSql(state, asked, range)}, periods AS (SELECT channel_no, ${periodSql(runs, "read_at_ms")} AS period,
          ${FIGURES_SQL} FROM (${filledSql("raw")}) GROUP BY channel_no, period)`;
  const result = await runAsked(connection, `${grouped} ${PERIOD_ROWS(asked, runs)}`, asked);
  const columns = blankRollUps(result.rowCount, asked.channels);
  let at = 0;
  for await (const chunk of chunksOf(result)) at = takeRollUps(chunk, at, columns);
  return columns;
}

const PERIOD_ROWS = (asked: Asked, runs: readonly PeriodRun[]) => `
  SELECT ${asked.placeSql} AS place, period::DOUBLE, (${periodEndSql(runs, "period")})::DOUBLE,
    readings::UINTEGER, good::UINTEGER, missing::UINTEGER,
    ${["first_at", "last_at"].map(orNan)}, ${["first_counts", "last_counts"].map((name) => `coalesce(${name}, 0)::BIGINT`)},
    ${["first_gauge", "last_gauge", "min_gauge", "max_gauge", "sum_gauge"].map(orNan)}
  FROM periods ${asked.joinSql} WHERE period IS NOT NULL ORDER BY place, period`;

function orNan(name: string): string {
  return `coalesce(${name}::DOUBLE, 'nan'::DOUBLE)`;
}

function takeRollUps(chunk: DuckDBDataChunk, at: number, columns: RollUpColumns): number {
  const { channelNos, fromMs, toMs, readings, good, missing: gaps, firstAtMs, lastAtMs } = columns;
  const { firstCounts, lastCounts, firstGauges, lastGauges, minGauges, maxGauges, sumGauges } = columns;
  const counters = [readings, good, gaps, firstAtMs, lastAtMs, firstCounts, lastCounts];
  const gauges = [firstGauges, lastGauges, minGauges, maxGauges, sumGauges];
  return takeColumns(chunk, at, [channelNos, fromMs, toMs, ...counters, ...gauges]);
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
  const nights = nightsBetween(fromMs, toMs, zone, window);
  const range = rangeOf(nights);
  if (range === undefined) return blankNights(0, asked.channels);
  const runs = runsOf(nights);
  const steps =
    source === "kept" && areWholeHours(runs)
      ? keptStepsSql(state, asked, range, runs)
      : rawStepsSql(state, asked, range, runs);
  const result = await runAsked(connection, `${steps} ${nightRowsSql(asked, runs)}`, asked);
  const columns = blankNights(result.rowCount, asked.channels);
  const { channelNos, minCountsPerHour, minGauges, samples } = columns;
  let at = 0;
  for await (const chunk of chunksOf(result))
    at = takeColumns(chunk, at, [channelNos, columns.fromMs, columns.toMs, minCountsPerHour, minGauges, samples]);
  return columns;
}

// `steps` has a row for each interval, value or hour of a night: per_hour with its intervals, and gauge with its values.
function nightRowsSql(asked: Asked, runs: readonly PeriodRun[]): string {
  return `, nights AS (SELECT channel_no, night, min(per_hour) AS per_hour, min(gauge) AS gauge,
      sum(samples) AS samples FROM steps WHERE samples > 0 GROUP BY channel_no, night)
    SELECT ${asked.placeSql} AS place, night::DOUBLE, (${periodEndSql(runs, "night")})::DOUBLE,
      ${orNan("per_hour")}, ${orNan("gauge")}, samples::UINTEGER
    FROM nights ${asked.joinSql} WHERE night IS NOT NULL ORDER BY place, night`;
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
  const columns = `channel_no, hour::BIGINT * ${HOUR_MS} AS hour_ms, readings, good, missing, hour::BIGINT * ${HOUR_MS} + first_ms AS first_at,
    hour::BIGINT * ${HOUR_MS} + last_ms AS last_at, first_counts, last_counts, first_gauge, last_gauge, min_gauge, max_gauge,
    sum_gauge, least_per_hour, intervals`;
  const within = `hour >= ${Math.floor(range.fromMs / HOUR_MS)} AND hour < ${Math.ceil(range.toMs / HOUR_MS)} AND ${asked.keepSql}`;
  const kept = `SELECT * FROM (${state.segments.rollUpsSql(range)}) WHERE ${within}`;
  if (state.rolledUpTo >= state.counts.lastCommit)
    return `WITH hours AS (SELECT * FROM (SELECT ${columns} FROM (${kept})) WHERE ${whereSql})`;
  return `WITH ${dirtySql(state, state.rolledUpTo, state.counts.lastCommit, `read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs} AND ${asked.keepSql}`)},
    ${dirtyRawSql(state, range)}, hours AS (SELECT * FROM (SELECT ${columns} FROM (
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

/** SQL of `raw`: all readings of the hours in `dirty`. */
export function dirtyRawSql(state: StoreState, range: TimeRange): string {
  return `raw AS (SELECT r.channel_no, r.read_at_ms, r.counts, r.gauge, r.quality
    FROM (SELECT *, (read_at_ms // ${HOUR_MS})::INTEGER AS hour FROM (${state.segments.readingsSql(range)})
      WHERE read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs}) r
    SEMI JOIN dirty USING (channel_no, hour))`;
}

function rawSql(state: StoreState, asked: Asked, range: TimeRange, whereSql = "true"): string {
  return `raw AS (SELECT channel_no, read_at_ms, counts, gauge, quality FROM (${state.segments.readingsSql(range)})
    WHERE read_at_ms >= ${range.fromMs} AND read_at_ms < ${range.toMs} AND ${asked.keepSql} AND ${whereSql})`;
}

function rangeOf(periods: readonly Period[]): TimeRange | undefined {
  const [first] = periods;
  const last = periods.at(-1);
  return first && last && { fromMs: first.fromMs, toMs: last.toMs };
}

function askedOf(channels: readonly string[] | "all", state: StoreState): Asked {
  if (channels === "all")
    return { channels: state.channelIds(), keepSql: "true", placeSql: "channel_no", joinSql: "", nos: [], places: [] };
  const known = channels.flatMap((id, place) => {
    const no = state.channel(id)?.no;
    return no === undefined ? [] : [{ no, place }];
  });
  const nos = known.map(({ no }) => no);
  const bounds = `channel_no BETWEEN ${nos.reduce((a, b) => Math.min(a, b), 0x7fff_ffff)} AND ${nos.reduce((a, b) => Math.max(a, b), -1)}`;
  return {
    channels,
    keepSql: `${bounds} AND channel_no IN (SELECT unnest($1))`,
    placeSql: "asked.place",
    joinSql: "JOIN (SELECT unnest($1) AS asked_no, unnest($2) AS place) asked ON asked.asked_no = channel_no",
    nos,
    places: known.map(({ place }) => place),
  };
}

function runAsked(connection: DuckDBConnection, sql: string, asked: Asked) {
  if (asked.joinSql === "") return connection.run(sql);
  const { INTEGER } = TYPES;
  return connection.run(sql, [listValue(asked.nos), listValue(asked.places)], [LIST(INTEGER), LIST(INTEGER)]);
}
