import { OutcomeCode } from "@nightflow/domain";
import type { FastifyRequest } from "fastify";
import { companyOf } from "../access/company.ts";
import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { evidenceChart } from "./chart.ts";
import { anomalyContext } from "./context.ts";
import { AnomalyContext } from "./context-wire.ts";
import { judgeAnomaly, type Verdict } from "./judge.ts";
import { listAnomalies, loadAnomaly } from "./queries.ts";
import { reportEvent } from "./report.ts";
import { ReportAnswer, ReportedEvent } from "./report-wire.ts";
import { AnomalyChart, AnomalyDetail, AnomalyPage, AnomalyQuery, FalseAlarm, PlannedUse } from "./wire.ts";

const tags = ["anomalies"];

/** Findings: the ranked list, one with its evidence and chart, and how a person judges it. */
export function anomalyRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store, clock } = deps;
  const judge = async (request: FastifyRequest, id: string, verdict: Verdict) => {
    const principal = principalOf(request);
    await judgeAnomaly(db, clock, principal, id, verdict);
    return loadAnomaly(db, principal.scope, id, clock.now());
  };

  app.route({
    method: "GET",
    url: "/anomalies",
    config: { permission: "monitor.event.read" },
    schema: {
      operationId: "listAnomalies",
      tags,
      querystring: AnomalyQuery,
      response: { 200: AnomalyPage, ...problems },
    },
    handler: (request) => listAnomalies(db, principalOf(request), request.query, clock.now()),
  });

  app.route({
    method: "GET",
    url: "/anomalies/:id",
    config: { permission: "monitor.event.read" },
    schema: { operationId: "getAnomaly", tags, params: IdParams, response: { 200: AnomalyDetail, ...problems } },
    handler: (request) => loadAnomaly(db, principalOf(request).scope, request.params.id, clock.now()),
  });

  app.route({
    method: "GET",
    url: "/anomalies/:id/chart",
    config: { permission: "monitor.event.read" },
    schema: { operationId: "getAnomalyChart", tags, params: IdParams, response: { 200: AnomalyChart, ...problems } },
    handler: async (request) => {
      const { scope } = principalOf(request);
      const finding = await loadAnomaly(db, scope, request.params.id, clock.now());
      const { zone } = await companyOf(db, scope.path);
      return evidenceChart(db, store, finding, zone, clock.now());
    },
  });

  app.route({
    method: "POST",
    url: "/anomalies/:id/false-alarm",
    config: { permission: "monitor.event.judge" },
    schema: {
      operationId: "judgeFalseAlarm",
      tags,
      params: IdParams,
      body: FalseAlarm,
      response: { 200: AnomalyDetail, ...problems },
    },
    handler: (request) => {
      const { reason, outcome } = request.body;
      return judge(request, request.params.id, { state: "false_alarm", outcome, reason });
    },
  });

  app.route({
    method: "POST",
    url: "/anomalies/:id/planned",
    config: { permission: "monitor.event.judge" },
    schema: {
      operationId: "judgePlanned",
      tags,
      params: IdParams,
      body: PlannedUse,
      response: { 200: AnomalyDetail, ...problems },
    },
    handler: (request) => {
      const { reason } = request.body;
      return judge(request, request.params.id, { state: "planned", outcome: OutcomeCode.enum.planned_change, reason });
    },
  });
  aroundRoutes(app, deps);
}

/** What is around a finding, and findings that a person enters. */
function aroundRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  app.route({
    method: "GET",
    url: "/anomalies/:id/context",
    config: { permission: "monitor.event.read" },
    schema: {
      operationId: "getAnomalyContext",
      tags,
      params: IdParams,
      response: { 200: AnomalyContext, ...problems },
    },
    handler: (request) => anomalyContext(deps, principalOf(request).scope, request.params.id),
  });
  app.route({
    method: "POST",
    url: "/anomalies",
    config: { permission: "monitor.event.judge" },
    schema: { operationId: "reportEvent", tags, body: ReportedEvent, response: { 200: ReportAnswer, ...problems } },
    handler: async (request) => {
      const principal = principalOf(request);
      const { id, hasJoined } = await reportEvent(deps, principal, request.body);
      return { hasJoined, finding: await loadAnomaly(db, principal.scope, id, clock.now()) };
    },
  });
}
