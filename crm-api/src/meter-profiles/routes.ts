import type { FastifyRequest } from "fastify";
import { type Principal, principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { checkProfile } from "./check.ts";
import { saveProfile, sendToAgents } from "./save.ts";
import { listProfiles, profileDetail } from "./store.ts";
import {
  CheckedProfile,
  CheckProfileBody,
  MeterProfileDetail,
  MeterProfileList,
  ProfileParams,
  SaveProfileBody,
  SendProfileBody,
  SentProfile,
} from "./wire.ts";

const tags = ["meter profiles"];
const read = { permission: "collection.config.read" } as const;
const edit = { permission: "collection.config.edit" } as const;

/** Meter profiles: what registers a model has, proven by captured telegrams; bundled ones and the utility's own. */
export function meterProfileRoutes(app: ApiServer, deps: ApiDeps): void {
  readingRoutes(app, deps);
  changingRoutes(app, deps);
}

function readingRoutes(app: ApiServer, { db, meterProfiles = new Map() }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/meter-profiles",
    config: read,
    schema: { operationId: "listMeterProfiles", tags, response: { 200: MeterProfileList, ...problems } },
    handler: async (request) => {
      personOf(request);
      return { items: await listProfiles(db, meterProfiles) };
    },
  });
  app.route({
    method: "GET",
    url: "/meter-profiles/:name",
    config: read,
    schema: {
      operationId: "getMeterProfile",
      tags,
      params: ProfileParams,
      response: { 200: MeterProfileDetail, ...problems },
    },
    handler: (request) => {
      personOf(request);
      return profileDetail(db, meterProfiles, request.params.name);
    },
  });
  app.route({
    method: "POST",
    url: "/meter-profiles/check",
    config: read,
    schema: {
      operationId: "checkMeterProfile",
      tags,
      summary: "Every fault of a profile with its path, and what its captured telegrams decode to; changes nothing.",
      body: CheckProfileBody,
      response: { 200: CheckedProfile, ...problems },
    },
    handler: async (request) => {
      const { faults, vectors } = checkProfile(request.body.profile);
      return { faults, vectors };
    },
  });
}

function changingRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, meterProfiles = new Map() } = deps;
  app.route({
    method: "PUT",
    url: "/meter-profiles/:name",
    config: edit,
    schema: {
      operationId: "saveMeterProfile",
      tags,
      summary: "Keeps a new version; a profile whose telegrams do not decode to what the dial showed is refused.",
      params: ProfileParams,
      body: SaveProfileBody,
      response: { 200: MeterProfileDetail, ...problems },
    },
    handler: async (request) => {
      await saveProfile(deps, personOf(request), request.params.name, request.body);
      return profileDetail(db, meterProfiles, request.params.name);
    },
  });
  app.route({
    method: "POST",
    url: "/meter-profiles/:name/send",
    config: edit,
    schema: {
      operationId: "sendMeterProfile",
      tags,
      summary:
        "Gives agents the newest versions of the profiles that they name, as a new version of their configurations.",
      params: ProfileParams,
      body: SendProfileBody,
      response: { 200: SentProfile, ...problems },
    },
    handler: async (request) => ({
      items: await sendToAgents(deps, personOf(request), request.body.agents, request.body.reason),
    }),
  });
}

function personOf(request: FastifyRequest): Principal {
  const principal = principalOf(request);
  requireWholeScope(principal.scope, "meter profiles");
  return principal;
}
