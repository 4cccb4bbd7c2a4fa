import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { editIntervals, undoEdit } from "./edit.ts";
import { listIntervals } from "./list.ts";
import { EditBody, EditParams, IntervalList, IntervalQuery, UndoBody } from "./wire.ts";

const tags = ["intervals"];
const answers = { 200: IntervalList, ...problems };

/** Intervals of a meter as read, validated and edited; edits and their undoing. */
export function intervalRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/meters/:id/intervals",
    config: { permission: "meter.meter.read" },
    schema: { operationId: "listIntervals", tags, params: KeyParams, querystring: IntervalQuery, response: answers },
    handler: (request) => listIntervals(deps, principalOf(request).scope, request.params.id, request.query),
  });

  app.route({
    method: "POST",
    url: "/meters/:id/edits",
    config: { permission: "vee.interval.edit" },
    schema: { operationId: "editIntervals", tags, params: KeyParams, body: EditBody, response: answers },
    handler: async (request) => {
      const { params, body } = request;
      const principal = principalOf(request);
      await editIntervals(deps, principal, params.id, body);
      return listIntervals(deps, principal.scope, params.id, body);
    },
  });

  app.route({
    method: "POST",
    url: "/meters/:id/edits/:edit/undo",
    config: { permission: "vee.interval.edit" },
    schema: {
      operationId: "undoIntervalEdit",
      tags,
      params: EditParams,
      querystring: IntervalQuery,
      body: UndoBody,
      response: answers,
    },
    handler: async (request) => {
      const { params, query, body } = request;
      const principal = principalOf(request);
      await undoEdit(deps, principal, params.id, params.edit, body.reason);
      return listIntervals(deps, principal.scope, params.id, query);
    },
  });
}
