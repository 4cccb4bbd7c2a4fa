import { principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { decideApproval, listApprovals, loadApproval } from "./approvals.ts";
import { cancelCommand } from "./cancel.ts";
import { orderCertificate, orderPlainly, orderValve } from "./order.ts";
import { listCommands, loadCommand } from "./store.ts";
import {
  ApprovalPage,
  ApprovalQuery,
  ApprovalRow,
  ApproveBody,
  CertificateBody,
  CommandPage,
  CommandQuery,
  CommandWithReply,
  OrderBody,
  OrderedCommands,
  ProtectedValveBody,
  RejectBody,
  ValveBody,
} from "./wire.ts";

const tags = ["commands"];

/** What agents are asked to do, what became of it, and the second person that a valve needs. */
export function commandRoutes(app: ApiServer, deps: ApiDeps): void {
  readingRoutes(app, deps);
  orderingRoutes(app, deps);
  valveRoutes(app, deps);
  approvalRoutes(app, deps);
}

function readingRoutes(app: ApiServer, { db }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/commands",
    config: { permission: "collection.command.read" },
    schema: {
      operationId: "listCommands",
      tags,
      summary: "Commands to agents with their states, newest first.",
      querystring: CommandQuery,
      response: { 200: CommandPage, ...problems },
    },
    handler: (request) => listCommands(db, principalOf(request).scope, request.query),
  });

  app.route({
    method: "GET",
    url: "/commands/:id",
    config: { permission: "collection.command.read" },
    schema: { operationId: "getCommand", tags, params: IdParams, response: { 200: CommandWithReply, ...problems } },
    handler: (request) => loadCommand(db, principalOf(request).scope, request.params.id),
  });
}

function orderingRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/commands",
    config: { permission: "collection.command.order" },
    schema: {
      operationId: "orderCommand",
      tags,
      summary: "Has meters read now or missing readings read again, lines tried, a profile or a line tested.",
      body: OrderBody,
      response: { 200: OrderedCommands, ...problems },
    },
    handler: (request) => orderPlainly(deps, principalOf(request), request.body),
  });

  app.route({
    method: "POST",
    url: "/commands/certificate",
    config: { permission: "collection.certificate.decide" },
    schema: {
      operationId: "decideDeviceCertificate",
      tags,
      summary: "Trusts or rejects the certificate that a device has shown to an agent.",
      body: CertificateBody,
      response: { 200: OrderedCommands, ...problems },
    },
    handler: (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "certificates of devices");
      const { site, agent, reason, ...decision } = request.body;
      return orderCertificate(deps, by, { site, agent, reason, order: { kind: "certificate", ...decision } });
    },
  });

  app.route({
    method: "POST",
    url: "/commands/:id/cancel",
    config: { permission: "collection.command.order" },
    schema: {
      operationId: "cancelCommand",
      tags,
      summary: "Takes back a command that its agent has not got yet.",
      params: IdParams,
      body: RejectBody,
      response: { 200: CommandWithReply, ...problems },
    },
    handler: async (request) => {
      const by = principalOf(request);
      await cancelCommand(deps, by, request.params.id, request.body.reason);
      return loadCommand(deps.db, by.scope, request.params.id);
    },
  });
}

function valveRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/commands/valve",
    config: { permission: "collection.valve.order" },
    schema: {
      operationId: "orderValve",
      tags,
      summary: "Asks for a valve to be turned; a second person has to approve it. Not for protected places.",
      body: ValveBody,
      response: { 200: OrderedCommands, ...problems },
    },
    handler: (request) => orderValve(deps, principalOf(request), request.body),
  });

  app.route({
    method: "POST",
    url: "/commands/valve/protected",
    config: { permission: "collection.valve.override" },
    schema: {
      operationId: "orderProtectedValve",
      tags,
      summary:
        "The same for a protected place (a hospital), with the reason why; a second person has to approve it too.",
      body: ProtectedValveBody,
      response: { 200: OrderedCommands, ...problems },
    },
    handler: (request) => orderValve(deps, principalOf(request), request.body),
  });
}

function approvalRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/approvals",
    config: { permission: "collection.command.read" },
    schema: {
      operationId: "listApprovals",
      tags,
      summary: "What waits for a second person, and what was decided; newest first.",
      querystring: ApprovalQuery,
      response: { 200: ApprovalPage, ...problems },
    },
    handler: (request) => listApprovals(deps.db, principalOf(request), request.query),
  });

  app.route({
    method: "GET",
    url: "/approvals/:id",
    config: { permission: "collection.command.read" },
    schema: { operationId: "getApproval", tags, params: IdParams, response: { 200: ApprovalRow, ...problems } },
    handler: (request) => loadApproval(deps.db, principalOf(request), request.params.id),
  });

  app.route({
    method: "POST",
    url: "/approvals/:id/approve",
    config: { permission: "collection.valve.approve" },
    schema: {
      operationId: "approveValve",
      tags,
      summary: "Approves, as a second person; it goes to the agent at once.",
      params: IdParams,
      body: ApproveBody,
      response: { 200: ApprovalRow, ...problems },
    },
    handler: (request) =>
      decideApproval(deps, principalOf(request), { id: request.params.id, verdict: "approved", ...request.body }),
  });

  app.route({
    method: "POST",
    url: "/approvals/:id/reject",
    config: { permission: "collection.valve.approve" },
    schema: {
      operationId: "rejectValve",
      tags,
      params: IdParams,
      body: RejectBody,
      response: { 200: ApprovalRow, ...problems },
    },
    handler: (request) =>
      decideApproval(deps, principalOf(request), { id: request.params.id, verdict: "rejected", ...request.body }),
  });
}
