import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readMapFile } from "./read-map.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "nightflow-map-"));
  folders.push(folder);
  writeFileSync(join(folder, "map.geojson"), text);
  return folder;
}

const ring = [
  [120, 30],
  [120.01, 30],
  [120.01, 30.01],
  [120, 30],
];
const outline = (dma: string, coordinates: unknown = [ring], type = "Polygon") => ({
  type: "Feature",
  properties: { dma },
  geometry: { type, coordinates },
});
const mapOf = (...features: object[]) => JSON.stringify({ type: "FeatureCollection", features });

test("outlines belong to their districts, and the rest lies behind them by layer", () => {
  const river = {
    type: "Feature",
    properties: { layer: "water", name: "Bai" },
    geometry: { type: "LineString", coordinates: ring },
  };
  const tree = { type: "Feature", properties: null, geometry: { type: "Point", coordinates: [120, 30] } };
  const { features, faults } = readMapFile(folderWith(mapOf(outline("DMA-1"), river, tree)));
  expect(faults).toEqual([]);
  expect(features?.map(({ layer, dmaId, name }) => [layer, dmaId, name])).toEqual([
    ["district", "DMA-1", null],
    ["water", null, "Bai"],
    ["other", null, null],
  ]);
});

test("a folder without a map has none, which is no fault", () => {
  expect(readMapFile(tmpdir())).toEqual({ features: null, faults: [] });
});

test("each fault names the feature and what to do, and all are listed at once", () => {
  const projected = outline("DMA-1", [ring.map(([x = 0, y = 0]) => [x * 100_000, y * 100_000])]);
  const { faults } = readMapFile(
    folderWith(mapOf(projected, outline("DMA-2", ring, "LineString"), outline("DMA-3"), outline("DMA-3"))),
  );
  expect(faults).toHaveLength(3);
  expect(faults[0]).toMatch(/feature 1: .* convert the map to WGS 84/);
  expect(faults[1]).toContain("feature 2: the outline of DMA-2 is a LineString and must be a Polygon");
  expect(faults[2]).toContain("DMA-3 has an outline already");
  expect(readMapFile(folderWith("{")).faults[0]).toMatch(/^map\.geojson: /);
  expect(readMapFile(folderWith("[]")).faults[0]).toContain("export it as one");
});
