import { encodeJoinText } from "@nightflow/domain";
import type { FastifyRequest } from "fastify";
import { type Principal, principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { PageQuery } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { approveRequest, rejectRequest, revokeAgent } from "./decide.ts";
import { describeRoot, deskOf } from "./desk.ts";
import { enrolmentOverview, listEnrolledAgents, listNotes, listRequests, listTokens } from "./lists.ts";
import { makeToken, withdrawToken } from "./tokens.ts";
import {
  AgentParams,
  Done,
  EnrolledAgentPage,
  EnrolledAgentQuery,
  EnrolmentNotePage,
  EnrolmentNoteQuery,
  EnrolmentOverview,
  EnrolmentRequestPage,
  EnrolmentRequestQuery,
  MadeTokenAnswer,
  NoteBody,
  ReasonBody,
  TokenOrderBody,
  TokenPage,
} from "./wire.ts";

const tags = ["enrolment"];
const done = { done: true } as const;

/** What people decide of agents: tokens, approvals, revocations. Agents belong to no unit: only for the whole utility. */
export function enrolmentRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock, revocations } = deps;
  const context = () => ({ db, clock, desk: deskOf(deps.enrolment) });

  app.route({
    method: "GET",
    url: "/enrolment",
    config: { permission: "enrolment.agent.read" },
    schema: { operationId: "getEnrolment", tags, response: { 200: EnrolmentOverview, ...problems } },
    handler: (request) => {
      personOf(request);
      return enrolmentOverview(db, deps.enrolment);
    },
  });

  app.route({
    method: "GET",
    url: "/enrolment/agents",
    config: { permission: "enrolment.agent.read" },
    schema: {
      operationId: "listEnrolledAgents",
      tags,
      summary: "Agents with their certificates, by site and name.",
      querystring: EnrolledAgentQuery,
      response: { 200: EnrolledAgentPage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listEnrolledAgents(db, request.query);
    },
  });

  app.route({
    method: "GET",
    url: "/enrolment/notes",
    config: { permission: "enrolment.agent.read" },
    schema: {
      operationId: "listEnrolmentNotes",
      tags,
      summary: "Who let agents in, refused or revoked them, when and why; newest first.",
      querystring: EnrolmentNoteQuery,
      response: { 200: EnrolmentNotePage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listNotes(db, request.query);
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/agents/:site/:agent/revoke",
    config: { permission: "enrolment.agent.revoke" },
    schema: {
      operationId: "revokeAgent",
      tags,
      summary: "Puts an agent out at once; a token by its name lets it in again.",
      params: AgentParams,
      body: ReasonBody,
      response: { 200: Done, ...problems },
    },
    handler: async (request) => {
      await revokeAgent(context(), personOf(request), request.params, request.body.reason);
      await revocations?.refresh();
      return done;
    },
  });

  app.route({
    method: "GET",
    url: "/enrolment/requests",
    config: { permission: "enrolment.agent.read" },
    schema: {
      operationId: "listEnrolmentRequests",
      tags,
      summary: "Agents that nobody had announced, newest first.",
      querystring: EnrolmentRequestQuery,
      response: { 200: EnrolmentRequestPage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listRequests(db, request.query);
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/requests/:id/approve",
    config: { permission: "enrolment.request.decide" },
    schema: {
      operationId: "approveEnrolment",
      tags,
      summary: "Lets an agent in, after its fingerprint was compared with what the gateway shows.",
      params: IdParams,
      body: NoteBody,
      response: { 200: Done, ...problems },
    },
    handler: async (request) => {
      await approveRequest(context(), personOf(request), request.params.id, request.body?.reason);
      await revocations?.refresh();
      return done;
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/requests/:id/reject",
    config: { permission: "enrolment.request.decide" },
    schema: {
      operationId: "rejectEnrolment",
      tags,
      params: IdParams,
      body: ReasonBody,
      response: { 200: Done, ...problems },
    },
    handler: async (request) => {
      await rejectRequest(context(), personOf(request), request.params.id, request.body.reason);
      return done;
    },
  });

  tokenRoutes(app, deps);
}

function tokenRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  const context = () => ({ db, clock, desk: deskOf(deps.enrolment) });

  app.route({
    method: "GET",
    url: "/enrolment/tokens",
    config: { permission: "enrolment.agent.read" },
    schema: {
      operationId: "listEnrolmentTokens",
      tags,
      querystring: PageQuery,
      response: { 200: TokenPage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listTokens(db, request.query);
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/tokens",
    config: { permission: "enrolment.token.make" },
    schema: {
      operationId: "makeEnrolmentToken",
      tags,
      summary: "Makes a one-time token and shows it this once.",
      body: TokenOrderBody,
      response: { 200: MadeTokenAnswer, ...problems },
    },
    handler: async (request) => {
      const { desk, ...rest } = context();
      const made = await makeToken({ desk, ...rest }, personOf(request), request.body);
      const url = deps.config.publicUrl ?? `${request.protocol}://${request.host}`;
      const ca = describeRoot(desk.signer.rootPem).fingerprint;
      const joinText = encodeJoinText({ url: new URL(url).origin, token: made.token, ca });
      return { ...made, joinText, command: `nightflow-agent join agent.yaml ${joinText}` };
    },
  });

  app.route({
    method: "DELETE",
    url: "/enrolment/tokens/:id",
    config: { permission: "enrolment.token.make" },
    schema: { operationId: "withdrawEnrolmentToken", tags, params: IdParams, response: { 200: Done, ...problems } },
    handler: async (request) => {
      const { id } = request.params;
      if (!(await withdrawToken(context(), personOf(request), id))) throw new NotFoundProblem("token", id);
      return done;
    },
  });
}

function personOf(request: FastifyRequest): Principal {
  const principal = principalOf(request);
  requireWholeScope(principal.scope, "agents");
  return principal;
}
