import { QUALITY_CODES } from "@nightflow/domain";
import type { Period } from "../local-days.ts";

const HOUR_MS = 3_600_000;
const { good, missing } = QUALITY_CODES;

/** Periods of one length that begin at an even distance. */
export interface PeriodRun {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly lengthMs: number;
  readonly count: number;
}

/** Ascending periods as few runs: a year of local days is three to five, as the clocks change twice. */
export function runsOf(periods: readonly Period[]): PeriodRun[] {
  const runs: { -readonly [Key in keyof PeriodRun]: PeriodRun[Key] }[] = [];
  for (const { fromMs, toMs } of periods) {
    const run = runs.at(-1);
    const stepMs = run === undefined ? 0 : fromMs - (run.fromMs + (run.count - 1) * run.stepMs);
    const fits = run !== undefined && run.lengthMs === toMs - fromMs && (run.count === 1 || run.stepMs === stepMs);
    if (fits && stepMs >= run.lengthMs) Object.assign(run, { stepMs, count: run.count + 1 });
    else runs.push({ fromMs, stepMs: toMs - fromMs, lengthMs: toMs - fromMs, count: 1 });
  }
  return runs;
}

/** True when every period begins and ends on a UTC hour, so that hourly roll-ups tell all about it. */
export function areWholeHours(runs: readonly PeriodRun[]): boolean {
  return runs.every((run) => [run.fromMs, run.stepMs, run.lengthMs].every((ms) => ms % HOUR_MS === 0));
}

/** SQL of the period that holds `time`, as its begin in ms, null outside; `slackMs` more belong to a period's end. */
export function periodSql(runs: readonly PeriodRun[], time: string, slackMs = 0): string {
  return caseSql(
    runs,
    time,
    slackMs,
    (run) => `${run.fromMs} + ((${time} - ${run.fromMs}) // ${run.stepMs}) * ${run.stepMs}`,
  );
}

/** SQL of the number, from 0 on through all runs, of the period that holds `time`; null outside. */
export function periodNoSql(runs: readonly PeriodRun[], time: string): string {
  const before = runs.map((_, no) => runs.slice(0, no).reduce((sum, { count }) => sum + count, 0));
  return caseSql(runs, time, 0, (run, no) => `${before[no]} + (${time} - ${run.fromMs}) // ${run.stepMs}`);
}

/** SQL of the end in ms of the period that begins at `time`. */
export function periodEndSql(runs: readonly PeriodRun[], time: string): string {
  return caseSql(runs, time, 0, (run) => `${time} + ${run.lengthMs}`);
}

function caseSql(
  runs: readonly PeriodRun[],
  time: string,
  slackMs: number,
  then: (run: PeriodRun, no: number) => string,
): string {
  const cases = runs.map((run, no) => {
    const lastMs = run.fromMs + (run.count - 1) * run.stepMs + run.lengthMs + slackMs;
    const within = `${time} >= ${run.fromMs} AND ${time} < ${lastMs}`;
    const isDense = run.stepMs <= run.lengthMs;
    const inPeriod = isDense ? "" : ` AND (${time} - ${run.fromMs}) % ${run.stepMs} < ${run.lengthMs + slackMs}`;
    return `WHEN ${within}${inPeriod} THEN (${then(run, no)})::BIGINT`;
  });
  return `CASE ${cases.join(" ")} END`;
}

/**
 * SQL of readings without the gaps that a value at the same instant has filled. `rows` names a relation with
 * channel_no, read_at_ms, counts, gauge and quality. Few readings are gaps, so those that were filled are looked for
 * from their side.
 */
export function filledSql(rows: string): string {
  return `SELECT * FROM ${rows} WHERE quality <> ${missing}
    UNION ALL SELECT * FROM (SELECT * FROM ${rows} WHERE quality = ${missing}) gap
      WHERE (channel_no, read_at_ms) NOT IN (SELECT (channel_no, read_at_ms) FROM
        (SELECT channel_no, read_at_ms FROM ${rows} WHERE quality <> ${missing}) v
        JOIN (SELECT channel_no, read_at_ms FROM ${rows} WHERE quality = ${missing}) g USING (channel_no, read_at_ms))`;
}

/** SQL of a roll-up's figures over a group of rows that have `period`; instants as ms. */
export const FIGURES_SQL = `count(*) AS readings, count(*) FILTER (quality = ${good}) AS good,
  count(*) FILTER (quality = ${missing}) AS missing,
  min(read_at_ms) FILTER (quality <> ${missing}) AS first_at, max(read_at_ms) FILTER (quality <> ${missing}) AS last_at,
  arg_min(counts, read_at_ms) AS first_counts, arg_max(counts, read_at_ms) AS last_counts,
  arg_min(gauge, read_at_ms) AS first_gauge, arg_max(gauge, read_at_ms) AS last_gauge,
  min(gauge) AS min_gauge, max(gauge) AS max_gauge, sum(gauge) AS sum_gauge`;

/** SQL of the same figures of hourly roll-ups, whose instants are `first_at` and `last_at` in ms. */
export const FIGURES_OF_HOURS_SQL = `sum(readings) AS readings, sum(good) AS good, sum(missing) AS missing,
  min(first_at) AS first_at, max(last_at) AS last_at,
  arg_min(first_counts, first_at) AS first_counts, arg_max(last_counts, last_at) AS last_counts,
  arg_min(first_gauge, first_at) AS first_gauge, arg_max(last_gauge, last_at) AS last_gauge,
  min(min_gauge) AS min_gauge, max(max_gauge) AS max_gauge, sum(sum_gauge) AS sum_gauge`;

/** SQL of hourly roll-ups as their table holds them, from a relation of readings. */
export function hoursOfReadingsSql(rows: string): string {
  return `
    SELECT channel_no, hour::INTEGER AS hour, ${FIGURES_SQL.replace("AS first_at", "- hour * 3600000 AS first_ms").replace("AS last_at", "- hour * 3600000 AS last_ms")},
      min(per_hour) AS least_per_hour, count(per_hour) AS intervals
    FROM (SELECT *, CASE WHEN advance >= 0 THEN advance * ${HOUR_MS}.0 / passed_ms END AS per_hour FROM (
      SELECT *, read_at_ms // ${HOUR_MS} AS hour,
        counts - lag(counts) OVER beside AS advance, read_at_ms - lag(read_at_ms) OVER beside AS passed_ms
      FROM (${filledSql(rows)})
      WINDOW beside AS (PARTITION BY channel_no, read_at_ms // ${HOUR_MS}, quality = ${missing} ORDER BY read_at_ms)))
    GROUP BY channel_no, hour`;
}
