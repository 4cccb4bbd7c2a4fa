import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { shiftFacts } from "./facts.ts";
import { acceptShift, handOver, listEntries, settle, writeNote } from "./log.ts";
import { AcceptShift, HandOver, NewShiftNote, ShiftEntry, ShiftFacts, ShiftPage, ShiftQuery } from "./wire.ts";

const tags = ["shifts"];
const entry = { 200: ShiftEntry, ...problems };

/** The shift log: notes, what is carried on, and how one shift is handed to the next. */
export function shiftRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  app.route({
    method: "GET",
    url: "/shift-log",
    config: { permission: "monitor.shift.read" },
    schema: { operationId: "listShiftLog", tags, querystring: ShiftQuery, response: { 200: ShiftPage, ...problems } },
    handler: (request) => listEntries(db, principalOf(request).scope, request.query),
  });
  app.route({
    method: "GET",
    url: "/shift-log/facts",
    config: { permission: "monitor.shift.read" },
    schema: { operationId: "getShiftFacts", tags, response: { 200: ShiftFacts, ...problems } },
    handler: (request) => shiftFacts(db, principalOf(request).scope, clock.now()),
  });
  app.route({
    method: "POST",
    url: "/shift-log",
    config: { permission: "monitor.shift.write" },
    schema: { operationId: "writeShiftNote", tags, body: NewShiftNote, response: entry },
    handler: (request) => writeNote(deps, principalOf(request), request.body),
  });
  app.route({
    method: "POST",
    url: "/shift-log/hand-over",
    config: { permission: "monitor.shift.write" },
    schema: { operationId: "handOverShift", tags, body: HandOver, response: entry },
    handler: (request) => handOver(deps, principalOf(request), request.body.text),
  });
  settlingRoutes(app, deps);
}

function settlingRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/shift-log/:id/accept",
    config: { permission: "monitor.shift.write" },
    schema: { operationId: "acceptShift", tags, params: IdParams, body: AcceptShift, response: entry },
    handler: (request) => acceptShift(deps, principalOf(request), request.params.id, request.body.text),
  });
  app.route({
    method: "POST",
    url: "/shift-log/:id/settle",
    config: { permission: "monitor.shift.write" },
    schema: { operationId: "settleShiftEntry", tags, params: IdParams, response: entry },
    handler: (request) => settle(deps, principalOf(request), request.params.id, true),
  });
  app.route({
    method: "POST",
    url: "/shift-log/:id/carry-on",
    config: { permission: "monitor.shift.write" },
    schema: { operationId: "carryOnShiftEntry", tags, params: IdParams, response: entry },
    handler: (request) => settle(deps, principalOf(request), request.params.id, false),
  });
}
