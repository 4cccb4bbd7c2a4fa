import type { CauseGroup } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import { principalOf } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { moneyOnce } from "../anomalies/money-once.ts";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import type { ApiDeps } from "../deps.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { pointsOfDmas } from "../meters/points.ts";
import { qualityAt, type UsageSeries, usageSeries } from "../meters/usage.ts";
import { SqlFilter } from "../sql/filter.ts";
import { OPEN_TICKET } from "../tickets/open.ts";
import { dmaBoard, flowAt, flowNow, loadDmas, oldestOfNow, toDmaRow } from "./dmas.ts";
import { nightsOf, revisedNights } from "./nights.ts";
import { pressuresOf } from "./pressure.ts";
import { systemInput } from "./system-input.ts";
import { DmaDetail, type DmaRow, Overview } from "./wire.ts";

const DAY_MS = 86_400_000;
const CURVE_DAYS = 7;
const NIGHTS = 60;
const tags = ["overview"];

/** The control room: every district, and one of them. */
export function overviewRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store, clock } = deps;

  app.route({
    method: "GET",
    url: "/overview",
    config: { permission: "monitor.overview.read" },
    schema: { operationId: "getOverview", tags, response: { 200: Overview, ...problems } },
    handler: async (request) => {
      const { scope } = principalOf(request);
      const now = clock.now();
      const { currency, zone } = await companyOf(db, scope.path);
      const dmas = await dmaBoard(db, store, scope, { nowMs: now, zone });
      return {
        at: now,
        currency,
        dmas,
        totals: {
          ...totalsOf(dmas),
          inflowM3h: await systemInput(db, store, dmas, now),
          ...(await countOpen(db, scope, now)),
        },
      };
    },
  });

  app.route({
    method: "GET",
    url: "/dmas/:id",
    config: { permission: "monitor.dma.read" },
    schema: { operationId: "getDma", tags, params: KeyParams, response: { 200: DmaDetail, ...problems } },
    handler: (request) => dmaDetail(deps, principalOf(request).scope, request.params.id),
  });
}

function totalsOf(dmas: readonly DmaRow[]) {
  const nights = dmas.flatMap((dma) => (dma.lastNight === null ? [] : [dma.lastNight.completeness]));
  return {
    nightLossM3h: sumOfKnown(dmas.map((dma) => dma.nightLossM3h)),
    lossPerDay: sumOfKnown(dmas.map((dma) => dma.lossPerDay)),
    customers: sum(dmas.map((dma) => dma.customers)),
    completeness: nights.length === 0 ? null : sum(nights) / nights.length,
  };
}

/** Null while nothing is known: a silent network loses an unknown flow, not none. */
function sumOfKnown(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : sum(known);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

interface OpenCounts {
  openEvents: number;
  openEventsMoneyPerDay: number;
  openEventsByGroup: Partial<Record<CauseGroup, number>>;
  openTickets: number;
  overdueTickets: number;
  unassignedTickets: number;
}

async function countOpen(sql: Sql, scope: Scope, nowMs: number): Promise<OpenCounts> {
  const events = new SqlFilter();
  events.and(inScope(events, scope, "a.unit_id")).and(OPEN_ANOMALY);
  const [groups, money] = await Promise.all([
    sql.query<{ cause_group: CauseGroup; count: number }>(
      `select a.cause_group, count(*)::int as count from anomaly a ${events.where} group by 1`,
      events.values,
    ),
    sql.query<{ money: number }>(
      `select coalesce(sum(money), 0)::float8 as money from (${moneyOnce("a.subject", events.where)}) once`,
      events.values,
    ),
  ]);
  return {
    openEvents: sum(groups.rows.map((row) => row.count)),
    openEventsMoneyPerDay: money.rows[0]?.money ?? 0,
    openEventsByGroup: Object.fromEntries(groups.rows.map((row) => [row.cause_group, row.count])),
    ...(await countTickets(sql, scope, nowMs)),
  };
}

async function countTickets(sql: Sql, scope: Scope, nowMs: number) {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "t.unit_id")).and(OPEN_TICKET);
  const now = filter.value(new Date(nowMs));
  const { rows } = await sql.query<{ openTickets: number; overdueTickets: number; unassignedTickets: number }>(
    `select count(*)::int as "openTickets",
            count(*) filter (where t.resolve_by < ${now} and t.resolved_at is null)::int as "overdueTickets",
            count(*) filter (where t.assignee_id is null)::int as "unassignedTickets"
       from ticket t ${filter.where}`,
    filter.values,
  );
  return rows[0] ?? { openTickets: 0, overdueTickets: 0, unassignedTickets: 0 };
}

async function dmaDetail(deps: ApiDeps, scope: Scope, id: string): Promise<z.infer<typeof DmaDetail>> {
  const { db, store, clock } = deps;
  const now = clock.now();
  const [dma] = await loadDmas(db, scope, id);
  if (dma === undefined) throw new NotFoundProblem("district", id);
  const points = await pointsOfDmas(db, [id]);
  const series = await usageSeries(store, points, now - CURVE_DAYS * DAY_MS, now);
  const company = await companyOf(db, scope.path);
  const nights = await nightsOf(db, id, NIGHTS);
  return {
    ...toDmaRow(dma, {
      inflow: await flowNow(store, points, now),
      pressure: (await pressuresOf(db, store, [id], now)).get(id) ?? null,
      oldestNight: oldestOfNow(now, company.zone),
    }),
    ...company,
    nights,
    revisedNights: await revisedNights(db, id, nights[0]?.night ?? "infinity"),
    inflowCurve: series === null ? null : toFlowCurve(series),
    meters: points.map(({ meterId, sign }) => ({ meterId, sign })),
  };
}

function toFlowCurve(series: UsageSeries) {
  const steps = Array.from(series.volumesM3.keys());
  return {
    stepMs: series.stepMs,
    startAt: steps.map((at) => series.fromMs + at * series.stepMs),
    flowM3h: steps.map((at) => numberOrNull(flowAt(series, at))),
    quality: steps.map((at) => qualityAt(series, at)),
  };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
