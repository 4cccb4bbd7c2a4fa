import type { Town } from "@nightflow/simulators";

type Position = readonly [longitude: number, latitude: number];

/** South-west corner of a town that does not exist, and the size of a district's place in it, in degrees. */
const ORIGIN: Position = [120.1, 30.2];
const CELL: Position = [0.03, 0.024];
const STEPS_PER_EDGE = 8;

/** The map of a simulated town as GeoJSON: its districts side by side, a river, a lake, and the mains that feed them. */
export function townMap(town: Pick<Town, "dmas">): object {
  const across = Math.max(1, Math.ceil(Math.sqrt(town.dmas.length)));
  const down = Math.ceil(town.dmas.length / across);
  const features = town.dmas.flatMap((dma, at) => {
    // The first districts lie in the north, as they are named.
    const [column, row] = [at % across, down - 1 - Math.floor(at / across)];
    const middle = placeOf(column + 0.5, row + 0.5);
    const gate = placeOf(across / 2, row + 0.5);
    return [
      feature({ dma: dma.id, name: dma.nameZh }, "Polygon", [outlineOf(column, row)]),
      feature({ layer: "main", name: dma.nameZh }, "LineString", [gate, middle, ...branchOf(column, row)]),
    ];
  });
  const river = Array.from({ length: 25 }, (_, at) => placeOf((at / 24) * (across + 0.6) - 0.3, down * 0.52, 0.09));
  const lake = Array.from({ length: 25 }, (_, at) => lakeShore(at / 24, down));
  return {
    type: "FeatureCollection",
    features: [
      feature({ layer: "water", name: "白河" }, "LineString", river),
      feature({ layer: "water", name: "北湖" }, "Polygon", [lake]),
      feature({ layer: "main" }, "LineString", [placeOf(across / 2, -0.25), placeOf(across / 2, down - 0.5)]),
      ...features,
    ],
  };
}

function feature(properties: object, type: string, coordinates: unknown): object {
  return { type: "Feature", properties, geometry: { type, coordinates } };
}

/** A place by column and row from the south-west; `sway` in cells makes straight lines look grown. */
function placeOf(column: number, row: number, sway = 0): Position {
  const x = column + sway * Math.sin(9 * row + 4.1 * column);
  const y = row + sway * Math.cos(7 * column + 3.3 * row);
  return [round(ORIGIN[0] + x * CELL[0]), round(ORIGIN[1] + y * CELL[1])];
}

/** Neighbours share their border, because it sways by the place alone. */
function outlineOf(column: number, row: number): Position[] {
  const corners = [
    [column, row],
    [column + 1, row],
    [column + 1, row + 1],
    [column, row + 1],
  ] as const;
  const ring = corners.flatMap(([x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length] ?? [x, y];
    return Array.from({ length: STEPS_PER_EDGE }, (_, step) => {
      const share = step / STEPS_PER_EDGE;
      return placeOf(x + (nextX - x) * share, y + (nextY - y) * share, 0.06);
    });
  });
  const [first] = ring;
  return first === undefined ? ring : [...ring, first];
}

function branchOf(column: number, row: number): Position[] {
  return [placeOf(column + 0.62, row + 0.7, 0.03), placeOf(column + 0.4, row + 0.84, 0.03)];
}

function lakeShore(turn: number, down: number): Position {
  const angle = turn * 2 * Math.PI;
  const radius = 0.2 + 0.03 * Math.sin(3 * angle);
  return placeOf(0.45 + radius * 1.6 * Math.cos(angle), down + 0.3 + radius * Math.sin(angle));
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
