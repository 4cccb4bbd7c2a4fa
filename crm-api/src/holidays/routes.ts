import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { addHoliday, removeHoliday, restoreHoliday } from "./holidays.ts";
import { importHolidays } from "./import.ts";
import { listHolidays } from "./store.ts";
import { HolidayBody, HolidayImport, HolidayImportBody, HolidayKey, HolidayList, HolidayQuery } from "./wire.ts";

const tags = ["holidays"];
const edit = { permission: "monitor.holiday.edit" } as const;
const changed = { 200: HolidayKey, ...problems };

/** Days on which people use water and gas otherwise than usual: the nights of districts are judged by them. */
export function holidayRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/holidays",
    config: { permission: "monitor.dma.read" },
    schema: {
      operationId: "listHolidays",
      tags,
      querystring: HolidayQuery,
      response: { 200: HolidayList, ...problems },
    },
    handler: (request) => listHolidays(deps.db, principalOf(request).scope, request.query),
  });
  app.route({
    method: "POST",
    url: "/holidays",
    config: edit,
    schema: { operationId: "addHoliday", tags, body: HolidayBody, response: changed },
    handler: (request) => addHoliday(deps, principalOf(request), request.body),
  });
  app.route({
    method: "DELETE",
    url: "/holidays/:id",
    config: edit,
    schema: { operationId: "removeHoliday", tags, params: KeyParams, response: changed },
    handler: (request) => removeHoliday(deps, principalOf(request), request.params.id),
  });
  app.route({
    method: "POST",
    url: "/holidays/:id/restore",
    config: edit,
    schema: { operationId: "restoreHoliday", tags, params: KeyParams, response: changed },
    handler: (request) => restoreHoliday(deps, principalOf(request), request.params.id),
  });
  app.route({
    method: "POST",
    url: "/holidays/import",
    config: edit,
    schema: {
      operationId: "importHolidays",
      tags,
      body: HolidayImportBody,
      response: { 200: HolidayImport, ...problems },
    },
    handler: (request) => importHolidays(deps, principalOf(request), request.body),
  });
}
