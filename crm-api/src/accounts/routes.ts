import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import { principalOf } from "../access/principal.ts";
import type { Scope } from "../access/scope.ts";
import { isDerivedCurrent } from "../collection/arrived.ts";
import type { ApiDeps } from "../deps.ts";
import { toPageAsync } from "../http/paging.ts";
import { csvResponse, IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { editedPoints } from "../intervals/standing.ts";
import { curveCsv, usageCurve } from "../meters/curves.ts";
import { type MeasuredPoint, pointsOfAccounts } from "../meters/points.ts";
import { recordExport } from "../system/record.ts";
import { type AccountSqlRow, accountRows, loadAccount, servicePointsOf, ticketsOfAccount } from "./queries.ts";
import { accountTermsRoutes } from "./terms-routes.ts";
import { accountUsage, previousSpan, usageSpans } from "./usage.ts";
import { usageFromHours } from "./usage-hours.ts";
import { AccountCurve, AccountCurveQuery, AccountDetail, AccountPage, AccountQuery, type AccountRow } from "./wire.ts";

const tags = ["accounts"];
const params = IdParams;

/** Key accounts: the manager's list, one account, its curve beside the period before. */
export function accountRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db } = deps;
  accountTermsRoutes(app, deps);

  app.route({
    method: "GET",
    url: "/accounts",
    config: { permission: "account.account.read" },
    schema: {
      operationId: "listAccounts",
      tags,
      querystring: AccountQuery,
      response: { 200: AccountPage, ...problems },
    },
    handler: async (request) => {
      const rows = await accountRows(db, principalOf(request), request.query);
      const known = await usageOfAll(deps, rows.slice(0, request.query.limit));
      return toPageAsync(rows, request.query.limit, (row) => toAccountRow(deps, row, known));
    },
  });

  app.route({
    method: "GET",
    url: "/accounts/:id",
    config: { permission: "account.account.read" },
    schema: { operationId: "getAccount", tags, params, response: { 200: AccountDetail, ...problems } },
    handler: (request) => accountDetail(deps, principalOf(request).scope, request.params.id),
  });

  app.route({
    method: "GET",
    url: "/accounts/:id/curve",
    config: { permission: "account.account.read" },
    schema: {
      operationId: "getAccountCurve",
      tags,
      params,
      querystring: AccountCurveQuery,
      response: { 200: AccountCurve, ...problems },
    },
    handler: (request) => accountCurve(deps, principalOf(request).scope, request.params.id, request.query),
  });

  app.route({
    method: "GET",
    url: "/accounts/:id/curve.csv",
    config: { permission: "meter.curve.export" },
    schema: {
      operationId: "exportAccountCurve",
      tags,
      params,
      querystring: AccountCurveQuery,
      response: { 200: csvResponse, ...problems },
    },
    handler: async (request, reply) => {
      const { scope } = principalOf(request);
      const account = await loadAccount(db, scope, request.params.id);
      const { current } = await accountCurve(deps, scope, account.id, request.query);
      await recordExport(deps, principalOf(request), { kind: "account", subject: account.id, query: request.query });
      reply.type("text/csv; charset=utf-8");
      reply.header("content-disposition", `attachment; filename="${account.no.replace(/[^A-Za-z0-9_.-]/g, "_")}.csv"`);
      return curveCsv(current);
    },
  });
}

interface KnownUsage {
  readonly points: ReadonlyMap<string, readonly MeasuredPoint[]>;
  readonly usage: ReadonlyMap<string, AccountRow["usage"]>;
}

/** The meters of accounts, and their usage where the hourly series tell it: a few queries, however many accounts. */
async function usageOfAll({ db, store, clock }: ApiDeps, rows: readonly AccountSqlRow[]): Promise<KnownUsage> {
  const found = Map.groupBy(
    await pointsOfAccounts(
      db,
      rows.map(({ id }) => id),
    ),
    ({ owner }) => owner,
  );
  const points = new Map(rows.map(({ id }) => [id, found.get(id) ?? []]));
  const usage = new Map<string, AccountRow["usage"]>();
  if (!(await isDerivedCurrent(store, clock))) return { points, usage };
  for (const [path, members] of Map.groupBy(rows, (row) => row.unit_path)) {
    const { zone } = await companyOf(db, path);
    const some = new Map(members.map(({ id }) => [id, points.get(id) ?? []]));
    for (const [id, each] of await usageFromHours(db, some, usageSpans(zone, clock.now()))) usage.set(id, each);
  }
  return { points, usage };
}

async function toAccountRow({ db, store, clock }: ApiDeps, row: AccountSqlRow, known: KnownUsage): Promise<AccountRow> {
  const usage =
    known.usage.get(row.id) ??
    (await accountUsage(store, known.points.get(row.id) ?? [], (await companyOf(db, row.unit_path)).zone, clock.now()));
  const manager = row.manager_id === null ? null : { id: row.manager_id, displayName: row.manager_name ?? "" };
  return {
    id: row.id,
    no: row.no,
    customer: row.customer,
    category: row.category,
    commodity: row.commodity,
    isKeyAccount: row.is_key_account,
    manager,
    status: row.status,
    usage,
    openTickets: row.open_tickets,
    openEvents: row.open_events,
    lastReportAt: row.last_report_at,
  };
}

async function accountDetail(deps: ApiDeps, scope: Scope, id: string): Promise<z.infer<typeof AccountDetail>> {
  const { db } = deps;
  const row = await loadAccount(db, scope, id);
  return {
    ...(await toAccountRow(deps, row, await usageOfAll(deps, [row]))),
    ...(await companyOf(db, row.unit_path)),
    phone: row.phone,
    serviceClass: row.service_class,
    tariff: tariffOf(row),
    servicePoints: await servicePointsOf(db, id),
    tickets: await ticketsOfAccount(db, scope, id),
  };
}

function tariffOf(row: AccountSqlRow) {
  if (row.tariff_code === null) return null;
  const name = { zh: row.tariff_zh, en: row.tariff_en };
  return { code: row.tariff_code, name, pricePerM3: row.price_per_m3, currency: row.tariff_currency };
}

async function accountCurve(
  { db, store }: ApiDeps,
  scope: Scope,
  id: string,
  query: AccountCurveQuery,
): Promise<z.infer<typeof AccountCurve>> {
  const account = await loadAccount(db, scope, id);
  const { zone } = await companyOf(db, account.unit_path);
  const points = await pointsOfAccounts(db, [id]);
  const current = await usageCurve(store, await editedPoints(db, points, query), query, zone, "business_water");
  if (query.compare === undefined) return { current, previous: null };
  const before = { ...previousSpan(query.from, query.to, zone), step: query.step };
  return {
    current,
    previous: await usageCurve(store, await editedPoints(db, points, before), before, zone, "business_water"),
  };
}
