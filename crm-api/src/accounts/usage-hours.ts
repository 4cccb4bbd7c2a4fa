import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { type MeasuredPoint, volumeUnitOf } from "../meters/points.ts";
import { changeBetween, type UsageSpans } from "./usage.ts";
import type { AccountUsage } from "./wire.ts";

const HOUR_MS = 3_600_000;
const ML_PER_M3 = 1e6;

interface SumsRow {
  readonly account: string;
  readonly is_current: boolean;
  readonly hours: number;
  readonly ml: number;
  readonly good_s: number;
  readonly estimated_s: number;
  readonly due_s: number;
}

/**
 * Usage of accounts from the hourly series in one query: those whose hours the series know from end to end with the meters of
 * today. Of others, of several meters with a gap in one, and of meters read less than hourly, the curves must be read: there
 * an hour of the sums is not the same as the step of a curve.
 */
export async function usageFromHours(
  sql: Sql,
  pointsOf: ReadonlyMap<string, readonly MeasuredPoint[]>,
  spans: UsageSpans,
): Promise<Map<string, z.infer<typeof AccountUsage>>> {
  const { before, from, to } = spans;
  if ([before, from, to].some((atMs) => atMs % HOUR_MS !== 0)) return new Map();
  const { rows } = await sql.query<SumsRow>(
    `select account_id::text as account, hour >= to_timestamp($3::float8 / 1000) as is_current, count(*)::int as hours,
            sum(used_ml)::float8 as ml, sum(used_good_s)::float8 as good_s, sum(used_estimated_s)::float8 as estimated_s,
            sum(used_due_s)::float8 as due_s
       from account_hour where account_id = any($1::uuid[])
        and hour >= to_timestamp($2::float8 / 1000) and hour < to_timestamp($4::float8 / 1000) group by 1, 2`,
    [[...pointsOf.keys()], before, from, to],
  );
  const byAccount = Map.groupBy(rows, ({ account }) => account);
  return new Map(
    [...pointsOf].flatMap(([account, points]) => {
      const usage = usageOf(points, byAccount.get(account) ?? [], spans);
      return usage === null ? [] : [[account, usage] as const];
    }),
  );
}

function usageOf(points: readonly MeasuredPoint[], rows: readonly SumsRow[], { before, from, to }: UsageSpans) {
  const [first] = points;
  const current = rows.find((row) => row.is_current);
  const previous = rows.find((row) => !row.is_current);
  if (first === undefined || points.some(({ periodMs }) => periodMs > HOUR_MS)) return null;
  if (!isWhole(current, points, to - from) || !isWhole(previous, points, from - before)) return null;
  return {
    unit: volumeUnitOf(first),
    from,
    to,
    volume: volumeOf(current),
    previousVolume: volumeOf(previous),
    change: changeBetween(meanOf(current), meanOf(previous)),
    completeness: current.good_s / current.due_s,
    previousCompleteness: previous.good_s / previous.due_s,
  };
}

function isWhole(row: SumsRow | undefined, points: readonly MeasuredPoint[], spanMs: number): row is SumsRow {
  if (row === undefined || row.hours !== spanMs / HOUR_MS) return false;
  if (row.due_s !== (points.length * spanMs) / 1000) return false;
  return points.length === 1 || row.good_s === row.due_s;
}

function volumeOf({ ml, good_s, estimated_s }: SumsRow): number | null {
  return good_s + estimated_s === 0 ? null : ml / ML_PER_M3;
}

/** Mean of the measured time; null where there is too little of it to compare. */
function meanOf(row: SumsRow): number | null {
  const measuredS = row.good_s + row.estimated_s;
  return measuredS * 2 < row.due_s || measuredS === 0 ? null : row.ml / measuredS;
}
