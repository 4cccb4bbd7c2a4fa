import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { districtBalance } from "./balance.ts";
import { BalanceQuery, DistrictBalance } from "./wire.ts";

/** What a district takes in, gives out and loses. */
export function districtRoutes(app: ApiServer, { db, clock }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/districts/:id/balance",
    config: { permission: "monitor.dma.read" },
    schema: {
      operationId: "getDistrictBalance",
      tags: ["overview"],
      params: KeyParams,
      querystring: BalanceQuery,
      response: { 200: DistrictBalance, ...problems },
    },
    handler: (request) =>
      districtBalance(db, principalOf(request).scope, request.params.id, request.query, clock.now()),
  });
}
