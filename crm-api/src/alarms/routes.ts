import { calendarOf } from "@nightflow/analytics/pure";
import { companyOf } from "../access/company.ts";
import { type Principal, principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { acknowledge, shelve, takeOn, unacknowledge, unshelve } from "./act.ts";
import { cancelPlannedWork, listPlannedWork, planWork } from "./planned-work.ts";
import { alarmSummary } from "./summary.ts";
import {
  Acknowledge,
  AlarmIds,
  AlarmSummary,
  AlarmsChanged,
  NewPlannedWork,
  PlannedWork,
  PlannedWorkPage,
  PlannedWorkQuery,
  Shelve,
  TakeOn,
} from "./wire.ts";

const tags = ["alarms"];
const changed = { 200: AlarmsChanged, ...problems };

/** Alarms: how they stand, and what an operator does about one or a thousand of them; planned work. */
export function alarmRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/alarms/summary",
    config: { permission: "monitor.event.read" },
    schema: { operationId: "getAlarmSummary", tags, response: { 200: AlarmSummary, ...problems } },
    handler: (request) => summaryOf(deps, principalOf(request)),
  });
  actRoutes(app, deps);
  plannedWorkRoutes(app, deps);
}

async function summaryOf({ db, clock, config }: ApiDeps, { scope, userId }: Principal): Promise<AlarmSummary> {
  const now = clock.now();
  const { zone } = await companyOf(db, scope.path);
  const calendar = calendarOf(zone);
  const limits = {
    floodAlarms: config.floodAlarms,
    perDay: config.eventsPerDay,
    dayStartMs: calendar.instantOf(calendar.dayOf(now)),
    userId,
  };
  return alarmSummary(db, scope, limits, now);
}

function actRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/alarms/acknowledge",
    config: { permission: "monitor.alarm.ack" },
    schema: { operationId: "acknowledgeAlarms", tags, body: Acknowledge, response: changed },
    handler: (request) => acknowledge(deps, principalOf(request), request.body.ids, request.body.note),
  });
  app.route({
    method: "POST",
    url: "/alarms/unacknowledge",
    config: { permission: "monitor.alarm.ack" },
    schema: { operationId: "unacknowledgeAlarms", tags, body: AlarmIds, response: changed },
    handler: (request) => unacknowledge(deps, principalOf(request), request.body.ids),
  });
  app.route({
    method: "POST",
    url: "/alarms/shelve",
    config: { permission: "monitor.alarm.shelve" },
    schema: { operationId: "shelveAlarms", tags, body: Shelve, response: changed },
    handler: (request) => shelve(deps, principalOf(request), request.body.ids, request.body),
  });
  app.route({
    method: "POST",
    url: "/alarms/unshelve",
    config: { permission: "monitor.alarm.shelve" },
    schema: { operationId: "unshelveAlarms", tags, body: AlarmIds, response: changed },
    handler: (request) => unshelve(deps, principalOf(request), request.body.ids),
  });
  app.route({
    method: "POST",
    url: "/alarms/take-on",
    config: { permission: "monitor.alarm.ack" },
    schema: { operationId: "takeOnAlarms", tags, body: TakeOn, response: changed },
    handler: (request) => takeOn(deps, principalOf(request), request.body.ids, request.body.ownerId),
  });
}

function plannedWorkRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/planned-work",
    config: { permission: "monitor.event.read" },
    schema: {
      operationId: "listPlannedWork",
      tags,
      querystring: PlannedWorkQuery,
      response: { 200: PlannedWorkPage, ...problems },
    },
    handler: (request) => listPlannedWork(deps.db, principalOf(request).scope, request.query, deps.clock.now()),
  });
  app.route({
    method: "POST",
    url: "/planned-work",
    config: { permission: "monitor.work.plan" },
    schema: { operationId: "planWork", tags, body: NewPlannedWork, response: { 200: PlannedWork, ...problems } },
    handler: (request) => planWork(deps, principalOf(request), request.body),
  });
  app.route({
    method: "POST",
    url: "/planned-work/:id/cancel",
    config: { permission: "monitor.work.plan" },
    schema: {
      operationId: "cancelPlannedWork",
      tags,
      params: IdParams,
      response: { 200: PlannedWork, ...problems },
    },
    handler: (request) => cancelPlannedWork(deps, principalOf(request), request.params.id),
  });
}
