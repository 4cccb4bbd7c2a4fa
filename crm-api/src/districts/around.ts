import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { moneyOnce } from "../anomalies/money-once.ts";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import type { ApiDeps } from "../deps.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { type NightFlow, nightFlowsAround } from "../meters/night-flows.ts";
import { pointsOfCustomersIn } from "../meters/points.ts";
import { metersByIds } from "../meters/queries.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import type { DistrictSurroundings, MeterNight } from "./around-wire.ts";

const DAY_MS = 86_400_000;
const MOST_METERS = 20;
/** Nights that are "now" for a district's customers. */
const LAST_NIGHTS_MS = 3 * DAY_MS;

type Row = z.infer<typeof MeterNight>;

/**
 * The customers of a district, the worst first, and the districts beside it.
 *
 * @throws {NotFoundProblem} when the scope has no such district.
 */
export async function districtSurroundings(
  { db, store, clock }: Pick<ApiDeps, "db" | "store" | "clock">,
  scope: Scope,
  id: string,
): Promise<z.infer<typeof DistrictSurroundings>> {
  const nowMs = clock.now();
  const { zone } = await companyOf(db, scope.path);
  const neighbours = await neighboursOf(db, scope, id);
  const points = await pointsOfCustomersIn(db, id);
  const nights = await nightFlowsAround(store, points, { startMs: nowMs - LAST_NIGHTS_MS, nowMs, zone });
  const meterIds = points.map((point) => point.meterId);
  const money = await moneyOfMeters(db, meterIds);
  return {
    customers: points.length,
    measuredAtNight: nights.size,
    customersNightM3h: nights.size === 0 ? null : sumOf([...nights.values()].map(({ nowM3h }) => nowM3h ?? 0)),
    worst: await metersWithNights({ db, store }, scope, worstOf(meterIds, nights, money), nights, nowMs),
    expectedInflow: await expectedInflow(db, id, nowMs, zone),
    neighbours,
  };
}

/** Null for an hour that fewer than two of the four weeks before tell well. */
async function expectedInflow(sql: Sql, id: string, nowMs: number, zone: string) {
  const { rows } = await sql.query<{ at: number; flow: number | null }>(
    `select ${epochMs("h.hour")} as at,
            (select avg(b.input_ml) / 1e6 from generate_series(1, 4) as week
               join district_hour b on b.dma_id = $1
                and b.hour = (h.hour at time zone $4 - week * interval '7 days') at time zone $4
              where b.input_good_s >= 0.9 * b.input_due_s having count(*) >= 2)::float8 as flow
       from generate_series(date_trunc('hour', $2::timestamptz), $3::timestamptz, interval '1 hour') as h(hour) order by 1`,
    [id, new Date(nowMs - 7 * DAY_MS), new Date(nowMs), zone],
  );
  return { startAt: rows.map((row) => row.at), flowM3h: rows.map((row) => row.flow) };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** By the money of their live findings, then by what runs at night. */
function worstOf(
  ids: readonly string[],
  nights: ReadonlyMap<string, NightFlow>,
  money: ReadonlyMap<string, number>,
): string[] {
  const night = (id: string) => nights.get(id)?.nowM3h ?? 0;
  const worth = (id: string) => money.get(id) ?? -1;
  return ids.toSorted((a, b) => worth(b) - worth(a) || night(b) - night(a)).slice(0, MOST_METERS);
}

async function moneyOfMeters(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ subject: string; money: number }>(
    `select subject, sum(money)::float8 as money from (${moneyOnce(
      "a.subject",
      `where a.subject_kind = 'meter' and a.subject = any($1) and ${OPEN_ANOMALY}`,
    )}) once group by subject`,
    [ids],
  );
  return new Map(rows.map((row) => [row.subject, row.money]));
}

/** Some meters with their night flows and their dearest live finding, in the order of `ids`. */
export async function metersWithNights(
  { db, store }: { readonly db: Sql; readonly store: ReadingStore },
  scope: Scope,
  ids: readonly string[],
  nights: ReadonlyMap<string, NightFlow>,
  nowMs: number,
): Promise<Row[]> {
  const meters = await metersByIds(db, store, scope, ids, nowMs);
  const { rows } = await db.query<{ subject: string; id: string; money: number }>(
    `select distinct on (a.subject) a.subject, a.id, a.money_per_day as money from anomaly a
      where a.subject_kind = 'meter' and a.subject = any($1) and ${OPEN_ANOMALY} order by a.subject, a.rank desc`,
    [ids],
  );
  const findings = new Map(rows.map((row) => [row.subject, row]));
  return meters.map(({ id, address, customer, status, lastValueAt }) => ({
    ...{ id, address, customer, status, lastValueAt },
    nightBeforeM3h: nights.get(id)?.beforeM3h ?? null,
    nightNowM3h: nights.get(id)?.nowM3h ?? null,
    finding: findingOf(findings.get(id)),
  }));
}

function findingOf(row: { readonly id: string; readonly money: number } | undefined): Row["finding"] {
  return row === undefined ? null : { id: row.id, moneyPerDay: row.money };
}

/** Its parent, its parts and its siblings; districts without a parent are siblings within their unit. */
async function neighboursOf(sql: Sql, scope: Scope, id: string) {
  const filter = new SqlFilter();
  const dma = filter.value(id);
  filter.and(inScope(filter, scope, "d.unit_id"));
  const { rows } = await sql.query<{
    id: string;
    zh: string;
    en: string;
    relation: "parent" | "part" | "sibling" | "self";
  }>(
    `select d.id, d.name_zh as zh, d.name_en as en,
            case when d.id = own.id then 'self' when d.id = own.parent_id then 'parent' when d.parent_id = own.id then 'part'
                 else 'sibling' end as relation
       from dma d join dma own on own.id = ${dma} ${filter.where}
        and (d.id = own.id or d.id = own.parent_id or d.parent_id = own.id
             or (d.parent_id is not distinct from own.parent_id and (own.parent_id is not null or d.unit_id = own.unit_id)))
      order by relation, d.id limit 60`,
    filter.values,
  );
  if (!rows.some((row) => row.relation === "self")) throw new NotFoundProblem("district", id);
  return rows.flatMap(({ id: other, zh, en, relation }) =>
    relation === "self" ? [] : [{ id: other, name: { zh, en }, relation }],
  );
}
