import { diffAgentConfigs } from "@nightflow/domain";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { type Principal, principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { PageQuery } from "../http/paging.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { listStandings, listVersions, standingOf, toChanges, toVersion } from "./lists.ts";
import { checkConfigOf, configOf, goBackTo, loadVersion, saveVersion } from "./versions.ts";
import {
  AgentConfigPage,
  AgentConfigQuery,
  AgentConfigRow,
  AgentPath,
  BackToBody,
  CheckConfigBody,
  CheckedConfigAnswer,
  ConfigChanges,
  ConfigVersionContent,
  ConfigVersionPage,
  SaveConfigBody,
  VersionPath,
} from "./wire.ts";

const tags = ["agent-config"];
const read = { permission: "collection.config.read" } as const;
const edit = { permission: "collection.config.edit" } as const;
/** A configuration is at most 900 KiB, and comes with its reason. */
const CONFIG_BODY_BYTES = 1024 * 1024;

/** What agents should read: versions with their reasons, and what the agents made of them. For the whole utility only. */
export function agentConfigRoutes(app: ApiServer, deps: ApiDeps): void {
  readingRoutes(app, deps);
  changingRoutes(app, deps);
}

function readingRoutes(app: ApiServer, { db }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/agent-configs",
    config: read,
    schema: {
      operationId: "listAgentConfigs",
      tags,
      summary: "How the configuration of each agent stands: desired, applied, drift, refused, taken back.",
      querystring: AgentConfigQuery,
      response: { 200: AgentConfigPage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listStandings(db, request.query);
    },
  });

  app.route({
    method: "GET",
    url: "/agent-configs/:site/:agent",
    config: read,
    schema: { operationId: "getAgentConfig", tags, params: AgentPath, response: { 200: AgentConfigRow, ...problems } },
    handler: (request) => {
      personOf(request);
      return standingOf(db, request.params);
    },
  });

  app.route({
    method: "GET",
    url: "/agent-configs/:site/:agent/versions",
    config: read,
    schema: {
      operationId: "listAgentConfigVersions",
      tags,
      summary: "Who changed it, when, why, and what was different; newest first.",
      params: AgentPath,
      querystring: PageQuery,
      response: { 200: ConfigVersionPage, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return listVersions(db, request.params, request.query);
    },
  });

  app.route({
    method: "GET",
    url: "/agent-configs/:site/:agent/versions/:version",
    config: read,
    schema: {
      operationId: "getAgentConfigVersion",
      tags,
      params: VersionPath,
      response: { 200: ConfigVersionContent, ...problems },
    },
    handler: async (request) => {
      personOf(request);
      const kept = await loadVersion(db, request.params, request.params.version);
      return { ...toVersion(kept), config: JSON.parse(kept.payload) as unknown };
    },
  });

  app.route({
    method: "GET",
    url: "/agent-configs/:site/:agent/diff",
    config: read,
    schema: {
      operationId: "diffAgentConfigs",
      tags,
      summary: "What is different between two versions.",
      params: AgentPath,
      querystring: z.strictObject({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) }),
      response: { 200: ConfigChanges, ...problems },
    },
    handler: async (request) => {
      personOf(request);
      const { from, to } = request.query;
      const [before, after] = [await loadVersion(db, request.params, from), await loadVersion(db, request.params, to)];
      const changes = diffAgentConfigs(configOf(before), configOf(after));
      return toChanges(changes);
    },
  });
}

function changingRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db } = deps;
  app.route({
    method: "POST",
    url: "/agent-configs/:site/:agent/check",
    config: edit,
    bodyLimit: CONFIG_BODY_BYTES,
    schema: {
      operationId: "checkAgentConfig",
      tags,
      summary: "Every fault of a configuration with its path, and what it would change; changes nothing.",
      params: AgentPath,
      body: CheckConfigBody,
      response: { 200: CheckedConfigAnswer, ...problems },
    },
    handler: async (request) => {
      personOf(request);
      const { faults, changes } = await checkConfigOf(deps, request.params, request.body.config);
      return { faults: [...faults], changes: changes === null ? null : toChanges(changes) };
    },
  });

  app.route({
    method: "POST",
    url: "/agent-configs/:site/:agent",
    config: edit,
    bodyLimit: CONFIG_BODY_BYTES,
    schema: {
      operationId: "saveAgentConfig",
      tags,
      summary: "Keeps a new version and sends it to the agent, which checks it, tries it, and takes it back by itself.",
      params: AgentPath,
      body: SaveConfigBody,
      response: { 200: AgentConfigRow, ...problems },
    },
    handler: async (request) => {
      await saveVersion(deps, personOf(request), request.params, request.body);
      return standingOf(db, request.params);
    },
  });

  app.route({
    method: "POST",
    url: "/agent-configs/:site/:agent/back",
    config: edit,
    schema: {
      operationId: "goBackToAgentConfig",
      tags,
      summary: "Makes an older version the desired one again.",
      params: AgentPath,
      body: BackToBody,
      response: { 200: AgentConfigRow, ...problems },
    },
    handler: async (request) => {
      await goBackTo(deps, personOf(request), request.params, request.body);
      return standingOf(db, request.params);
    },
  });
}

function personOf(request: FastifyRequest): Principal {
  const principal = principalOf(request);
  requireWholeScope(principal.scope, "configurations of agents");
  return principal;
}
