import { MAP_LAYERS } from "@nightflow/storage";
import { z } from "zod";
import { named } from "../http/schema.ts";

/** A GeoJSON geometry, longitude and latitude in WGS 84. */
const Geometry = named(
  "MapGeometry",
  z.strictObject({
    type: z.enum(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]),
    coordinates: z.unknown(),
  }),
);

/** The utility's own map: outlines of the districts that one may see, and what lies behind them. */
export const UtilityMap = named(
  "UtilityMap",
  z.strictObject({
    districts: z.array(z.strictObject({ dmaId: z.string(), geometry: Geometry })),
    background: z.array(z.strictObject({ layer: z.enum(MAP_LAYERS), name: z.string().nullable(), geometry: Geometry })),
  }),
);
export type UtilityMap = z.infer<typeof UtilityMap>;
