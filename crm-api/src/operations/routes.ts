import { jobCensus, operationsEvents, processReports } from "@nightflow/storage";
import type { ApiDeps } from "../deps.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { healthOf } from "./health.ts";
import { OperationsHealth } from "./wire.ts";

/** How the platform itself fares. */
export function operationsRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db } = deps;
  const health = deps.headEndHealth ?? { reports: () => processReports(db) };

  app.route({
    method: "GET",
    url: "/operations/health",
    config: { permission: "operations.health.read" },
    schema: {
      operationId: "getOperationsHealth",
      tags: ["operations"],
      summary: "Rates, lag, windows, commit time, disk and queues of the head-end, and what its processes say.",
      response: { 200: OperationsHealth, ...problems },
    },
    handler: async () => {
      const [reports, queues, events] = await Promise.all([health.reports(), jobCensus(db), operationsEvents(db)]);
      return { at: Date.now(), queues, events, ...healthOf(reports) };
    },
  });
}
