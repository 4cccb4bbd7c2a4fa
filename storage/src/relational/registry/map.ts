import { appendAudit } from "../audit.ts";
import type { Database, Sql } from "../database.ts";

/** What a feature of the map shows: the outline of a district, or what lies behind the districts. */
export const MAP_LAYERS = ["district", "main", "water", "road", "other"] as const;
export type MapLayer = (typeof MAP_LAYERS)[number];

/** A GeoJSON geometry, longitude and latitude in WGS 84. */
export interface MapGeometry {
  readonly type: "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon";
  readonly coordinates: unknown;
}

/** One feature of the map. */
export interface MapFeature {
  readonly layer: MapLayer;
  /** The district whose outline it is; null for the other layers. */
  readonly dmaId: string | null;
  readonly name: string | null;
  readonly geometry: MapGeometry;
}

/** Who replaces the map, and when by the business clock. */
export interface MapImportOptions {
  readonly dryRun?: boolean;
  readonly actor: string;
  readonly at: number;
  /** Districts that will be there when the map is, beside those of the database. */
  readonly newDistricts?: readonly string[];
}

/** Puts `features` in the place of the whole map; gives faults, with which nothing is changed. */
export function replaceMap(
  db: Database,
  features: readonly MapFeature[],
  options: MapImportOptions,
): Promise<readonly string[]> {
  return db.transaction(async (tx) => {
    const faults = await unknownDistricts(tx, features, options.newDistricts ?? []);
    if (faults.length > 0 || options.dryRun === true) return faults;
    await tx.query("delete from map_feature");
    for (const { layer, dmaId, name, geometry } of features)
      await tx.query("insert into map_feature (layer, dma_id, name, geometry) values ($1, $2, $3, $4)", [
        layer,
        dmaId,
        name,
        JSON.stringify(geometry),
      ]);
    const { at, actor } = options;
    const entry = { at, actorId: null, actor, action: "registry.map", subjectKind: "registry", subject: "map" };
    await appendAudit(tx, { ...entry, after: { features: features.length } });
    return [];
  });
}

async function unknownDistricts(sql: Sql, features: readonly MapFeature[], more: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>("select id from dma");
  const known = new Set([...rows.map((row) => row.id), ...more]);
  return features.flatMap(({ dmaId }) =>
    dmaId === null || known.has(dmaId)
      ? []
      : [`map.geojson: there is no district ${dmaId}; name one of dmas.csv or of the database`],
  );
}

/** The whole map, in the order of its file. */
export async function loadMap(sql: Sql): Promise<MapFeature[]> {
  const { rows } = await sql.query<MapFeature & { [column: string]: unknown }>(
    'select layer, dma_id as "dmaId", name, geometry from map_feature order by no',
  );
  return rows;
}
