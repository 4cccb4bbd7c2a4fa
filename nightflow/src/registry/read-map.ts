import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "@nightflow/domain";
import { MAP_LAYERS, type MapFeature } from "@nightflow/storage";
import { z } from "zod";

/** The map's file in a registry folder. */
export const MAP_FILE = "map.geojson";

const Position = z
  .array(z.number())
  .min(2)
  .refine(([lon = 0, lat = 0]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90, {
    error: "is no longitude and latitude; convert the map to WGS 84 (EPSG:4326)",
  });
const Line = z.array(Position).min(2);
const Ring = z.array(Position).min(4);

const Geometry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Point"), coordinates: Position }),
  z.object({ type: z.literal("MultiPoint"), coordinates: z.array(Position) }),
  z.object({ type: z.literal("LineString"), coordinates: Line }),
  z.object({ type: z.literal("MultiLineString"), coordinates: z.array(Line) }),
  z.object({ type: z.literal("Polygon"), coordinates: z.array(Ring).min(1) }),
  z.object({ type: z.literal("MultiPolygon"), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
]);

const Layer = z.enum(MAP_LAYERS);

const Feature = z.object({
  type: z.literal("Feature"),
  properties: z
    .object({ dma: z.string().max(64).optional(), layer: Layer.optional(), name: z.string().max(200).nullish() })
    .nullable(),
  geometry: Geometry,
});

const Collection = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.unknown()) });

const MOST_FAULTS = 50;

/** What a map's file holds: `null` features where there is no file. */
export interface ReadMap {
  readonly features: readonly MapFeature[] | null;
  readonly faults: readonly string[];
}

/**
 * Reads `map.geojson` of a registry folder: features with the property `dma` are outlines of districts, the others lie
 * behind them by their `layer` (main, water, road; other without one).
 */
export function readMapFile(folder: string): ReadMap {
  const path = join(folder, MAP_FILE);
  if (!existsSync(path)) return { features: null, faults: [] };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return { features: [], faults: [`${MAP_FILE}: ${describeError(error)}`] };
  }
  const collection = Collection.safeParse(json);
  if (!collection.success)
    return { features: [], faults: [`${MAP_FILE}: it is no GeoJSON FeatureCollection; export it as one`] };
  return featuresOf(collection.data.features);
}

function featuresOf(items: readonly unknown[]): ReadMap {
  const features: MapFeature[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  items.forEach((item, at) => {
    const parsed = Feature.safeParse(item);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      faults.push(`${MAP_FILE} feature ${at + 1}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`);
      return;
    }
    const feature = toFeature(parsed.data);
    const fault = faultOf(feature, seen);
    if (fault === undefined) features.push(feature);
    else faults.push(`${MAP_FILE} feature ${at + 1}: ${fault}`);
  });
  const more = faults.length - MOST_FAULTS;
  return { features, faults: more > 0 ? [...faults.slice(0, MOST_FAULTS), `${MAP_FILE}: and ${more} more`] : faults };
}

function toFeature({ properties, geometry }: z.infer<typeof Feature>): MapFeature {
  const dmaId = properties?.dma ?? null;
  const layer = dmaId === null ? (properties?.layer ?? "other") : "district";
  return { layer, dmaId, name: properties?.name ?? null, geometry };
}

function faultOf({ layer, dmaId, geometry }: MapFeature, seen: Set<string>): string | undefined {
  if (layer === "district" && dmaId === null) return 'an outline of a district needs its id as the property "dma"';
  if (dmaId === null) return undefined;
  if (!geometry.type.endsWith("Polygon")) return `the outline of ${dmaId} is a ${geometry.type} and must be a Polygon`;
  if (seen.has(dmaId)) return `${dmaId} has an outline already; make one MultiPolygon of them`;
  seen.add(dmaId);
  return undefined;
}
