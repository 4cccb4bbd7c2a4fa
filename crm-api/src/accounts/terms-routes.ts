import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { accountBands } from "./bands.ts";
import { accountTerms, addDays, importCalendar, removeDays, setTerms } from "./terms.ts";
import {
  AccountBands,
  AccountBandsQuery,
  AccountDaysBody,
  AccountDaysParams,
  AccountTermsBody,
  AccountTermsView,
  CalendarImport,
  CalendarImportBody,
} from "./terms-wire.ts";

const tags = ["accounts"];
const params = IdParams;
const read = { permission: "account.account.read" } as const;
const edit = { permission: "account.terms.edit" } as const;
const terms = { 200: AccountTermsView, ...problems };

/** What key accounts are judged by: bands, thresholds of their own, and their production calendar. */
export function accountTermsRoutes(app: ApiServer, deps: ApiDeps): void {
  readRoutes(app, deps);
  calendarRoutes(app, deps);
}

function readRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/accounts/:id/terms",
    config: read,
    schema: { operationId: "getAccountTerms", tags, params, response: terms },
    handler: (request) => accountTerms(deps, principalOf(request), request.params.id),
  });
  app.route({
    method: "GET",
    url: "/accounts/:id/bands",
    config: read,
    schema: {
      operationId: "getAccountBands",
      tags,
      params,
      querystring: AccountBandsQuery,
      response: { 200: AccountBands, ...problems },
    },
    handler: (request) => accountBands(deps, principalOf(request).scope, request.params.id, request.query),
  });
  app.route({
    method: "POST",
    url: "/accounts/:id/terms",
    config: edit,
    schema: { operationId: "setAccountTerms", tags, params, body: AccountTermsBody, response: terms },
    handler: async (request) => {
      await setTerms(deps, principalOf(request), request.params.id, request.body);
      return accountTerms(deps, principalOf(request), request.params.id);
    },
  });
}

function calendarRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/accounts/:id/calendar/days",
    config: edit,
    schema: { operationId: "addAccountDays", tags, params, body: AccountDaysBody, response: terms },
    handler: async (request) => {
      await addDays(deps, principalOf(request), request.params.id, request.body);
      return accountTerms(deps, principalOf(request), request.params.id);
    },
  });
  app.route({
    method: "DELETE",
    url: "/accounts/:id/calendar/days/:dayId",
    config: edit,
    schema: { operationId: "removeAccountDays", tags, params: AccountDaysParams, response: terms },
    handler: async (request) => {
      const { id, dayId } = request.params;
      await removeDays(deps, principalOf(request), id, dayId);
      return accountTerms(deps, principalOf(request), id);
    },
  });
  app.route({
    method: "POST",
    url: "/accounts/:id/calendar/import",
    config: edit,
    schema: {
      operationId: "importAccountCalendar",
      tags,
      params,
      body: CalendarImportBody,
      response: { 200: CalendarImport, ...problems },
    },
    handler: (request) => importCalendar(deps, principalOf(request), request.params.id, request.body),
  });
}
