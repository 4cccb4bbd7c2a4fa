import type { Sql } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import { principalOf } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { pointsOfSubject } from "../anomalies/chart.ts";
import { loadAnomaly } from "../anomalies/queries.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, NotFoundProblem } from "../http/problems.ts";
import { IdParams, KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { type MeasuredPoint, pointsOfDmas } from "../meters/points.ts";
import { qualityAt, usageSeries } from "../meters/usage.ts";
import { flowAt } from "../overview/dmas.ts";
import { SqlFilter } from "../sql/filter.ts";
import { happeningsAt, type ReplayedPlace } from "./happenings.ts";
import { Replay, ReplayQuery } from "./wire.ts";

const HOUR_MS = 3_600_000;
const HOURS_BEFORE = 24;
const HOURS_AFTER = 48;
const LONGEST_MS = 14 * 24 * HOUR_MS;
const tags = ["replay"];

/** What was known when: around a finding, and in a district. */
export function replayRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  app.route({
    method: "GET",
    url: "/anomalies/:id/replay",
    config: { permission: "monitor.event.read" },
    schema: {
      operationId: "replayAnomaly",
      tags,
      params: IdParams,
      querystring: ReplayQuery,
      response: { 200: Replay, ...problems },
    },
    handler: async (request) => {
      const { scope } = principalOf(request);
      const finding = await loadAnomaly(db, scope, request.params.id, clock.now());
      const { from = finding.startsAt - HOURS_BEFORE * HOUR_MS, to = finding.openedAt + HOURS_AFTER * HOUR_MS } =
        request.query;
      const asked = { from, to };
      return replay(deps, scope, finding, await pointsOfSubject(db, finding), asked);
    },
  });
  app.route({
    method: "GET",
    url: "/districts/:id/replay",
    config: { permission: "monitor.dma.read" },
    schema: {
      operationId: "replayDistrict",
      tags,
      params: KeyParams,
      querystring: ReplayQuery,
      response: { 200: Replay, ...problems },
    },
    handler: async (request) => {
      const { scope } = principalOf(request);
      const { id } = request.params;
      await requireDistrict(db, scope, id);
      const { to = clock.now(), from = to - (HOURS_BEFORE + HOURS_AFTER) * HOUR_MS } = request.query;
      const asked = { from, to };
      return replay(deps, scope, { dmaId: id, subjectKind: "dma", subject: id }, await pointsOfDmas(db, [id]), asked);
    },
  });
}

async function requireDistrict(sql: Sql, scope: Scope, id: string): Promise<void> {
  const filter = new SqlFilter();
  filter.and(`d.id = ${filter.value(id)}`).and(inScope(filter, scope, "d.unit_id"));
  const { rows } = await sql.query(`select d.id from dma d ${filter.where}`, filter.values);
  if (rows.length === 0) throw new NotFoundProblem("district", id);
}

async function replay(
  { db, store, clock }: ApiDeps,
  scope: Scope,
  place: ReplayedPlace,
  points: readonly MeasuredPoint[],
  asked: { readonly from: number; readonly to: number },
): Promise<Replay> {
  const { zone } = await companyOf(db, scope.path);
  // A finding from long ago that was found late is shown to fourteen days from its beginning.
  const from = asked.from;
  const to = Math.min(asked.to, clock.now(), from + LONGEST_MS);
  if (to <= from) throw new BadRequestProblem("`to` must lie after `from`, and `from` before now");
  const series = await usageSeries(store, points, from, to);
  const steps = series === null ? [] : Array.from(series.volumesM3.keys());
  return {
    ...{ from, to, zone, unit: series?.unit ?? null, stepMs: series?.stepMs ?? 0 },
    startAt: series === null ? [] : steps.map((at) => series.fromMs + at * series.stepMs),
    flowM3h: series === null ? [] : steps.map((at) => numberOrNull(flowAt(series, at))),
    quality: series === null ? [] : steps.map((at) => qualityAt(series, at)),
    happenings: await happeningsAt(db, scope, place, { from, to, zone }),
  };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
