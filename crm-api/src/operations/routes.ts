import { processReports } from "@nightflow/storage";
import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { HealthBoard } from "./board.ts";
import { forgetReader } from "./feed.ts";
import { HealthHistory, OperationsHealth } from "./wire.ts";

const LOOK_EVERY_MS = 10_000;

/** How the platform itself fares. */
export function operationsRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store } = deps;
  const board = new HealthBoard({
    db,
    store,
    health: deps.headEndHealth ?? { reports: () => processReports(db) },
  });
  keepLooking(app, board);

  app.route({
    method: "GET",
    url: "/operations/health",
    config: { permission: "operations.health.read" },
    schema: {
      operationId: "getOperationsHealth",
      tags: ["operations"],
      summary: "What is wrong and since when; rates, lag, windows, commit time, store, disk, queues, processes.",
      response: { 200: OperationsHealth, ...problems },
    },
    handler: () => board.look(),
  });

  app.route({
    method: "GET",
    url: "/operations/history",
    config: { permission: "operations.health.read" },
    schema: {
      operationId: "getOperationsHistory",
      tags: ["operations"],
      summary: "The last hour of some figures, as far as this API was running.",
      response: { 200: HealthHistory, ...problems },
    },
    handler: () => board.history(),
  });

  app.route({
    method: "POST",
    url: "/operations/feed/:name/forget",
    config: { permission: "operations.feed.forget" },
    schema: {
      operationId: "forgetFeedConsumer",
      tags: ["operations"],
      summary: "Keeps the feed no longer for a reader that is gone for good; one that lives is known again by itself.",
      params: z.strictObject({ name: z.string().min(1).max(64) }),
      body: z.strictObject({
        reason: z.string().trim().min(3).max(500).meta({ description: "Why; kept in the audit trail." }),
      }),
      response: { 204: z.undefined(), ...problems },
    },
    handler: async (request, reply) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "the feed");
      await forgetReader(deps, by, request.params.name, request.body.reason);
      return reply.code(204).send();
    },
  });
}

/** Looks also while nobody asks, so that beginnings and the last hour are known to who comes first at night. */
function keepLooking(app: ApiServer, board: HealthBoard): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  app.addHook("onListen", async () => {
    // While the database is away nothing is seen; whoever asks is told so by his own request.
    timer = setInterval(() => void board.look().catch(() => undefined), LOOK_EVERY_MS).unref();
  });
  app.addHook("onClose", async () => clearInterval(timer));
}
