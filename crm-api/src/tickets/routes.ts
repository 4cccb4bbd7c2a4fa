import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { assignTicket, noteOnTicket } from "./assign.ts";
import { moveTicket } from "./move.ts";
import { listTickets, loadTicket } from "./queries.ts";
import { TicketAssign, TicketDetail, TicketMoveBody, TicketNote, TicketPage, TicketQuery } from "./wire.ts";

const tags = ["tickets"];
const params = IdParams;
const answers = { 200: TicketDetail, ...problems };

/** Tickets: the list, one with its steps, and what people do with it. */
export function ticketRoutes(app: ApiServer, { db, clock }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/tickets",
    config: { permission: "ticket.ticket.read" },
    schema: { operationId: "listTickets", tags, querystring: TicketQuery, response: { 200: TicketPage, ...problems } },
    handler: (request) => listTickets(db, principalOf(request), request.query, clock.now()),
  });

  app.route({
    method: "GET",
    url: "/tickets/:id",
    config: { permission: "ticket.ticket.read" },
    schema: { operationId: "getTicket", tags, params, response: answers },
    handler: (request) => loadTicket(db, principalOf(request).scope, request.params.id, clock.now()),
  });

  app.route({
    method: "POST",
    url: "/tickets/:id/move",
    config: { permission: "ticket.ticket.move" },
    schema: { operationId: "moveTicket", tags, params, body: TicketMoveBody, response: answers },
    handler: async (request) => {
      const principal = principalOf(request);
      await moveTicket(db, clock, principal, request.params.id, request.body);
      return loadTicket(db, principal.scope, request.params.id, clock.now());
    },
  });

  app.route({
    method: "POST",
    url: "/tickets/:id/assign",
    config: { permission: "ticket.ticket.assign" },
    schema: { operationId: "assignTicket", tags, params, body: TicketAssign, response: answers },
    handler: async (request) => {
      const principal = principalOf(request);
      await assignTicket(db, clock, principal, request.params.id, request.body);
      return loadTicket(db, principal.scope, request.params.id, clock.now());
    },
  });

  app.route({
    method: "POST",
    url: "/tickets/:id/note",
    config: { permission: "ticket.ticket.note" },
    schema: { operationId: "noteOnTicket", tags, params, body: TicketNote, response: answers },
    handler: async (request) => {
      const principal = principalOf(request);
      await noteOnTicket(db, clock, principal, request.params.id, request.body);
      return loadTicket(db, principal.scope, request.params.id, clock.now());
    },
  });
}
