import type { GeoJSONSourceSpecification, StyleSpecification } from "maplibre-gl";
import type { DmaRow, UtilityMap } from "../../api/queries.ts";
import { lossColor } from "./loss-scale.ts";

export type Theme = "light" | "dark";

/** Features as a source of the map takes them. */
export interface MapFeatures {
  readonly type: "FeatureCollection";
  readonly features: readonly {
    readonly type: "Feature";
    readonly properties: Readonly<Record<string, string | number | null>>;
    readonly geometry: UtilityMap["districts"][number]["geometry"];
  }[];
}

/** Our geometries come checked from the import; their coordinates have no type on the wire. */
export function asData(features: MapFeatures): GeoJSONSourceSpecification["data"] {
  return features as GeoJSONSourceSpecification["data"];
}

const GROUND = {
  light: { land: "#f4f6f8", water: "#b9d7ea", road: "#d3d8dd", main: "#3f7fb5", other: "#aab3bc", border: "#33414e" },
  dark: { land: "#0e1318", water: "#17344a", road: "#2a333c", main: "#5aa9e6", other: "#47525d", border: "#c6d2dd" },
} as const;

/** A style without a server: districts coloured by their loss over the utility's own lines and waters. */
export function mapStyle(map: UtilityMap, districts: readonly DmaRow[], theme: Theme): StyleSpecification {
  const ground = GROUND[theme];
  const line = (layer: "water" | "road" | "main" | "other", width: number) => ({
    id: `${layer}-line`,
    type: "line" as const,
    source: "background",
    filter: ["all", ["==", ["get", "layer"], layer], ["!=", ["geometry-type"], "Point"]] as never,
    paint: { "line-color": ground[layer], "line-width": width },
  });
  return {
    version: 8,
    sources: {
      background: { type: "geojson", data: asData(backgroundOf(map)) },
      districts: { type: "geojson", data: asData(districtsOf(map, districts, theme)) },
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": ground.land } },
      {
        id: "water",
        type: "fill",
        source: "background",
        filter: ["all", ["==", ["get", "layer"], "water"], ["==", ["geometry-type"], "Polygon"]],
        paint: { "fill-color": ground.water },
      },
      line("water", 4),
      line("road", 1.5),
      line("other", 1),
      {
        id: "loss",
        type: "fill",
        source: "districts",
        paint: { "fill-color": ["get", "color"], "fill-opacity": 0.85 },
      },
      {
        id: "border",
        type: "line",
        source: "districts",
        paint: { "line-color": ground.border, "line-width": ["get", "width"] },
      },
      line("main", 2.5),
    ],
  };
}

/** Outlines of the districts that are on the board, with the colour of their loss. */
export function districtsOf(map: UtilityMap, districts: readonly DmaRow[], theme: Theme): MapFeatures {
  const losses = new Map(districts.map((row) => [row.id, row.lossPerDay]));
  const features = map.districts.map(({ dmaId, geometry }) => ({
    type: "Feature" as const,
    properties: { dmaId, color: lossColor(losses.get(dmaId) ?? null, theme), width: 2 },
    geometry,
  }));
  return { type: "FeatureCollection", features };
}

function backgroundOf(map: UtilityMap): MapFeatures {
  const features = map.background.map(({ layer, name, geometry }) => ({
    type: "Feature" as const,
    properties: { layer, name },
    geometry,
  }));
  return { type: "FeatureCollection", features };
}

/** West, south, east and north of some geometries; null when there is no position in them. */
export function boundsOf(
  geometries: readonly { readonly coordinates?: unknown }[],
): [number, number, number, number] | null {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lon, lat] = value;
    if (typeof lon !== "number" || typeof lat !== "number") {
      value.forEach(widen);
      return;
    }
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  };
  for (const { coordinates } of geometries) widen(coordinates);
  return Number.isFinite(bounds[0]) ? bounds : null;
}
