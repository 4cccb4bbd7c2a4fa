import { type CauseFacts, probableCauses } from "@nightflow/analytics/pure";
import type { OutcomeCode, RuleCode, SubjectKind } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { metersWithNights } from "../districts/around.ts";
import { type NightFlow, nightFlowsAround, pressureChangeAround } from "../meters/night-flows.ts";
import { pointsOfCustomersIn, pointsOfMeter } from "../meters/points.ts";
import { collectionStatus } from "../meters/status.ts";
import { SqlFilter } from "../sql/filter.ts";
import type { AnomalyContext } from "./context-wire.ts";
import { loadAnomaly, similarAnomalies } from "./queries.ts";
import type { AnomalyRow } from "./wire.ts";

type Deps = Pick<ApiDeps, "db" | "store" | "clock">;

const MOST_NEIGHBOURS = 12;
/** Rises of less are within the resolution of a meter. */
const LEAST_RISE_M3H = 0.005;
const MAY_BE_SILENCE: ReadonlySet<RuleCode> = new Set(["COMMS", "NO_USE", "FROZEN"]);

/** What is around a finding: probable causes with their facts, similar ones, neighbours. */
export async function anomalyContext(deps: Deps, scope: Scope, id: string): Promise<z.infer<typeof AnomalyContext>> {
  const { db, store, clock } = deps;
  const nowMs = clock.now();
  const finding = await loadAnomaly(db, scope, id, nowMs);
  const { zone } = await companyOf(db, scope.path);
  const around = { startMs: finding.startsAt, nowMs, zone };
  const nights = await nightsAround(deps, finding, around);
  const facts = await factsOf(deps, finding, nights, around);
  const similar = await similarAnomalies(db, scope, finding, nowMs);
  const neighbours = await neighbourIds(db, finding);
  return {
    causes: probableCauses(facts).map((cause) => ({ ...cause, reasons: [...cause.reasons] })),
    facts: shown(facts),
    similar,
    outcomes: outcomesOf(similar),
    neighbours: await metersWithNights({ db, store }, scope, neighbours, nights.flows, nowMs),
  };
}

interface Around {
  readonly startMs: number;
  readonly nowMs: number;
  readonly zone: string;
}

interface Nights {
  readonly customers: number;
  readonly flows: ReadonlyMap<string, NightFlow>;
}

/** Night flows of the district's customers, or of the meter alone where it is in none. */
async function nightsAround({ db, store }: Deps, finding: AnomalyRow, around: Around): Promise<Nights> {
  const points = finding.dmaId === null ? [] : await pointsOfCustomersIn(db, finding.dmaId);
  const own = finding.subjectKind === "meter" && !points.some(({ meterId }) => meterId === finding.subject);
  const all = own ? [...points, ...(await pointsOfMeter(db, finding.subject))] : points;
  return { customers: points.length, flows: await nightFlowsAround(store, all, around) };
}

async function factsOf(deps: Deps, finding: AnomalyRow, nights: Nights, around: Around): Promise<CauseFacts> {
  const { db, store } = deps;
  const district = finding.dmaId === null ? NO_DISTRICT : await districtFacts(db, finding.dmaId, around);
  const gauges = finding.dmaId === null ? [] : await gaugesOf(db, finding.dmaId);
  const rises = [...nights.flows]
    .flatMap(([meterId, { riseM3h }]) => (riseM3h === null || riseM3h < LEAST_RISE_M3H ? [] : [{ meterId, riseM3h }]))
    .toSorted((a, b) => b.riseM3h - a.riseM3h);
  const measured = [...nights.flows.values()].filter(({ riseM3h }) => riseM3h !== null).length;
  return {
    rule: finding.rule,
    subjectKind: finding.subjectKind,
    ...district,
    pressureChange: await pressureChangeAround(store, gauges, around),
    // Connections that are not read remotely are customers too, of whom nothing is known.
    customers: Math.max(nights.customers, finding.dmaId === null ? 0 : await connectionsOf(db, finding.dmaId)),
    customersMeasured: Math.min(measured, nights.customers),
    // Of a meter's finding only that meter is asked about.
    customerRises: finding.subjectKind === "meter" ? rises.filter(({ meterId }) => meterId === finding.subject) : rises,
    agent: MAY_BE_SILENCE.has(finding.rule) ? await agentFacts(deps, finding, around.nowMs) : null,
  };
}

function shown({
  customerRises,
  districtExpectedM3h: _e,
  dayBeforeM3h: _b,
  rule: _r,
  subjectKind: _k,
  ...facts
}: CauseFacts) {
  return { ...facts, risenCustomers: customerRises.length };
}

type DistrictFacts = Pick<
  CauseFacts,
  "districtRiseM3h" | "districtBandM3h" | "districtExpectedM3h" | "dayRiseM3h" | "dayBeforeM3h" | "customersChange"
>;

const NO_DISTRICT: DistrictFacts = {
  districtRiseM3h: null,
  districtBandM3h: null,
  districtExpectedM3h: null,
  dayRiseM3h: null,
  dayBeforeM3h: null,
  customersChange: null,
};

/** The nights that begin after the start, three at most, beside the fourteen before it. */
async function districtFacts(sql: Sql, dmaId: string, { startMs, nowMs, zone }: Around): Promise<DistrictFacts> {
  const { rows } = await sql.query<DistrictFacts>(
    `with own as (select n.*, n.night > ($2::timestamptz at time zone $4)::date as is_after from dma_night n
        where n.dma_id = $1 and n.night between ($2::timestamptz at time zone $4)::date - 14
          and least(($2::timestamptz at time zone $4)::date + 3, ($3::timestamptz at time zone $4)::date)),
       days as (select avg(inflow_m3) filter (where night <= ($2::timestamptz at time zone $4)::date) / 24 as before,
                       avg(inflow_m3) filter (where night > ($2::timestamptz at time zone $4)::date + 1) / 24 as since,
                       avg(customers_m3) filter (where night <= ($2::timestamptz at time zone $4)::date) as used_before,
                       avg(customers_m3) filter (where night > ($2::timestamptz at time zone $4)::date + 1) as used_since from own)
     select (select percentile_cont(0.5) within group (order by mnf_m3h - expected_m3h) from own where is_after) as "districtRiseM3h",
            (select percentile_cont(0.5) within group (order by band_high_m3h - expected_m3h) from own where is_after) as "districtBandM3h",
            (select percentile_cont(0.5) within group (order by expected_m3h) from own where is_after) as "districtExpectedM3h",
            days.since - days.before as "dayRiseM3h", days.before as "dayBeforeM3h",
            days.used_since / nullif(days.used_before, 0) - 1 as "customersChange" from days`,
    [dmaId, new Date(startMs), new Date(nowMs), zone],
  );
  return rows[0] ?? NO_DISTRICT;
}

async function connectionsOf(sql: Sql, dmaId: string): Promise<number> {
  const { rows } = await sql.query<{ connections: number | null }>("select connections from dma where id = $1", [
    dmaId,
  ]);
  return rows[0]?.connections ?? 0;
}

async function gaugesOf(sql: Sql, dmaId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from dma_meter dm join channel c on c.meter_id = dm.meter_id and c.quantity = 'pressure' where dm.dma_id = $1`,
    [dmaId],
  );
  return rows.map((row) => row.id);
}

/** How many of the meters that the subject's agent reads are silent. */
async function agentFacts({ db, store }: Deps, finding: AnomalyRow, nowMs: number): Promise<CauseFacts["agent"]> {
  const { rows } = await db.query<{ agent: string; meter_id: string; id: string; period_s: number }>(
    `select c.agent, c.meter_id, c.id, m.period_s from channel c join meter m on m.id = c.meter_id
      where c.resolution is not null and c.agent = case when $1 = 'agent' then $2
        else (select o.agent from channel o where o.meter_id = $2 and o.agent is not null order by o.created_at desc limit 1) end`,
    [finding.subjectKind satisfies SubjectKind, finding.subject],
  );
  const [first] = rows;
  if (first === undefined) return null;
  const values = await store.lastValues(rows.map((row) => row.id));
  const lastAt = new Map(values.map((value) => [value.channel, value.lastValueAtMs]));
  const meters = new Set(rows.map((row) => row.meter_id));
  const heard = rows.filter((row) => {
    const status = collectionStatus(lastAt.get(row.id) ?? null, row.period_s * 1000, nowMs);
    return status === "good" || status === "late";
  });
  const silent = meters.size - new Set(heard.map((row) => row.meter_id)).size;
  return silent === 0 ? null : { id: first.agent, silent, meters: meters.size };
}

function outcomesOf(similar: readonly AnomalyRow[]) {
  const outcomes = similar.flatMap(({ outcome }) => (outcome === null || outcome === "unknown" ? [] : [outcome]));
  const counts = new Map<OutcomeCode, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => ({ outcome, count })).toSorted((a, b) => b.count - a.count);
}

/** Meters of the same street first (the address up to its first digit), then of the district; the subject itself not. */
async function neighbourIds(sql: Sql, { subjectKind, subject, dmaId }: AnomalyRow): Promise<string[]> {
  const filter = new SqlFilter();
  const own = `(select coalesce(substring(s.address from '^[^0-9]+'), '') from meter x join service_point s on s.id = x.service_point_id
     where x.id = ${filter.value(subjectKind === "meter" ? subject : "")})`;
  const street = `(${own} <> '' and starts_with(sp.address, ${own}))`;
  filter.and(`(sp.dma_id = ${filter.value(dmaId)} or ${street})`).and(`m.id <> ${filter.value(subject)}`);
  const { rows } = await sql.query<{ id: string }>(
    `select m.id from meter m join service_point sp on sp.id = m.service_point_id ${filter.where} and m.purpose = 'customer'
      order by coalesce(${street}, false) desc, m.id limit ${MOST_NEIGHBOURS}`,
    filter.values,
  );
  return rows.map((row) => row.id);
}
