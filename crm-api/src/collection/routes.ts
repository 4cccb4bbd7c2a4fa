import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import { AgentPath } from "../agent-config/wire.ts";
import type { ApiDeps } from "../deps.ts";
import { PageQuery } from "../http/paging.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { listAgents } from "./agents.ts";
import { collectionDays } from "./days.ts";
import { fleetAgent, listFleet } from "./fleet.ts";
import { missingReadings } from "./gaps.ts";
import { collectionReport } from "./report.ts";
import { setAsidePage } from "./set-aside.ts";
import { CollectionSurvey } from "./survey.ts";
import {
  AgentList,
  CollectionDays,
  CollectionReport,
  FleetAgent,
  FleetPage,
  FleetQuery,
  MissingReadings,
  MissingReadingsQuery,
  SetAsideName,
  SetAsidePage,
} from "./wire.ts";

const tags = ["collection"];

/** Are all meters read? Success rates, agents, and what was set aside. */
export function collectionRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store, clock, config } = deps;
  const survey = new CollectionSurvey({ sql: db, store, clock, maxAgeMs: config.collectionMaxAgeMs });

  app.route({
    method: "GET",
    url: "/collection",
    config: { permission: "collection.status.read" },
    schema: { operationId: "getCollection", tags, response: { 200: CollectionReport, ...problems } },
    handler: async (request) => collectionReport(db, store, principalOf(request).scope, await survey.current()),
  });

  app.route({
    method: "GET",
    url: "/collection/missing-readings",
    config: { permission: "collection.status.read" },
    schema: {
      operationId: "listMissingReadings",
      tags,
      querystring: MissingReadingsQuery,
      response: { 200: MissingReadings, ...problems },
    },
    handler: (request) => missingReadings({ sql: db, store, clock }, principalOf(request).scope, request.query),
  });

  app.route({
    method: "GET",
    url: "/collection/days",
    config: { permission: "collection.status.read" },
    schema: {
      operationId: "getCollectionDays",
      tags,
      querystring: z.strictObject({
        days: z.coerce.number().int().min(1).max(400).default(30),
        agent: z
          .string()
          .max(129)
          .optional()
          .meta({ description: "`site/agent`; all that read in your scope when left out." }),
      }),
      response: { 200: CollectionDays, ...problems },
    },
    handler: (request) => collectionDays(db, principalOf(request).scope, request.query, clock.now()),
  });

  app.route({
    method: "GET",
    url: "/agents",
    config: { permission: "collection.agent.read" },
    schema: { operationId: "listAgents", tags, response: { 200: AgentList, ...problems } },
    handler: async (request) => ({ items: await listAgents(db, principalOf(request).scope) }),
  });

  app.route({
    method: "GET",
    url: "/fleet",
    config: { permission: "collection.agent.read" },
    schema: { operationId: "listFleet", tags, querystring: FleetQuery, response: { 200: FleetPage, ...problems } },
    handler: (request) => listFleet(db, principalOf(request).scope, request.query),
  });

  app.route({
    method: "GET",
    url: "/fleet/:site/:agent",
    config: { permission: "collection.agent.read" },
    schema: { operationId: "getFleetAgent", tags, params: AgentPath, response: { 200: FleetAgent, ...problems } },
    handler: (request) => fleetAgent(db, principalOf(request).scope, request.params),
  });

  app.route({
    method: "GET",
    url: "/set-aside/:list",
    config: { permission: "collection.set_aside.read" },
    schema: {
      operationId: "listSetAside",
      tags,
      params: z.strictObject({ list: SetAsideName }),
      querystring: PageQuery,
      response: { 200: SetAsidePage, ...problems },
    },
    handler: (request) => setAsidePage(db, store, principalOf(request).scope, request.params.list, request.query),
  });
}
