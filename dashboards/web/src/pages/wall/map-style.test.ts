import { expect, test } from "vitest";
import { lossColor } from "./loss-scale.ts";
import { boundsOf, districtsOf } from "./map-style.ts";

const square = (west: number, south: number) => ({
  type: "Polygon" as const,
  coordinates: [
    [
      [west, south],
      [west + 1, south],
      [west + 1, south + 1],
      [west, south],
    ],
  ],
});

test("a district has the colour of its loss, and one without figures the colour of what is not known", () => {
  const map = {
    districts: [
      { dmaId: "DMA-1", geometry: square(0, 0) },
      { dmaId: "DMA-2", geometry: square(1, 0) },
    ],
    background: [],
  };
  const row = { id: "DMA-1", lossPerDay: 800 } as Parameters<typeof districtsOf>[1][number];
  const colors = districtsOf(map, [row], "light").features.map(({ properties }) => properties?.color);
  expect(colors).toEqual([lossColor(800, "light"), lossColor(null, "light")]);
});

test("the window is what holds all outlines, however deep their coordinates lie", () => {
  const islands = { coordinates: [square(3, 4).coordinates, square(-2, 1).coordinates] };
  expect(boundsOf([square(0, 0), islands])).toEqual([-2, 0, 4, 5]);
  expect(boundsOf([])).toBeNull();
});
