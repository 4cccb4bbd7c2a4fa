import { loadMap, type Sql } from "@nightflow/storage";
import { principalOf } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { SqlFilter } from "../sql/filter.ts";
import { UtilityMap } from "./wire.ts";

/** The utility's own map, for an island network without a tile server. */
export function mapRoutes(app: ApiServer, { db }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/map",
    config: { permission: "monitor.overview.read" },
    schema: { operationId: "getMap", tags: ["overview"], response: { 200: UtilityMap, ...problems } },
    handler: (request) => mapIn(db, principalOf(request).scope),
  });
}

async function mapIn(sql: Sql, scope: Scope): Promise<UtilityMap> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "d.unit_id"));
  const { rows } = await sql.query<{ id: string }>(`select d.id from dma d ${filter.where}`, filter.values);
  const seen = new Set(rows.map((row) => row.id));
  const features = await loadMap(sql);
  return {
    districts: features.flatMap(({ dmaId, geometry }) =>
      dmaId !== null && seen.has(dmaId) ? [{ dmaId, geometry }] : [],
    ),
    background: features.flatMap(({ layer, name, geometry }) =>
      layer === "district" ? [] : [{ layer, name, geometry }],
    ),
  };
}
