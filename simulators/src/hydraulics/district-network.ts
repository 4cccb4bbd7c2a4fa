import { between, pick, seedOf } from "../random.ts";

/** A node of a district's mains, where customers and leaks are. */
export interface NetworkNode {
  readonly id: string;
  readonly elevationM: number;
}

/** A main between two nodes. */
export interface NetworkPipe {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly lengthM: number;
  readonly diameterMm: number;
  /** Hazen–Williams C. */
  readonly roughness: number;
}

/** The mains of one district: a looped grid behind a pressure-reducing valve. */
export interface DistrictNetwork {
  readonly district: string;
  readonly nodes: readonly NetworkNode[];
  readonly pipes: readonly NetworkPipe[];
  /** The node behind the valve. */
  readonly inletNode: string;
  readonly supplyHeadM: number;
  /** What the valve holds behind it, metres of water. */
  readonly outletM: number;
  /** Nodes with a pressure gauge: at the inlet and in far corners. */
  readonly gaugeNodes: readonly string[];
}

const COLUMNS = 7;
const ROWS = 6;
const DIAMETERS_MM = [65, 80, 80, 100] as const;

/** The mains of a district from the town's seed: 42 nodes, 71 mains, four gauges; the same seed gives the same mains. */
export function districtNetwork(townSeed: number, district: string): DistrictNetwork {
  const seed = seedOf(townSeed, `mains-${district}`);
  const nodes = Array.from({ length: COLUMNS * ROWS }, (_, at) => ({
    id: nodeId(at % COLUMNS, Math.floor(at / COLUMNS)),
    elevationM: round(between(seed, at, 2, 6)),
  }));
  return {
    district,
    nodes,
    pipes: gridPipes(seed),
    inletNode: nodeId(0, 0),
    supplyHeadM: 60,
    outletM: 32,
    gaugeNodes: [nodeId(0, 0), nodeId(COLUMNS - 1, 0), nodeId(0, ROWS - 1), nodeId(COLUMNS - 1, ROWS - 1)],
  };
}

/**
 * The network as EPANET reads it, without demands.
 *
 * @see EPANET 2.2 user manual, appendix C.2, input file format
 */
export function inpOf(network: DistrictNetwork): string {
  const { nodes, pipes, inletNode, supplyHeadM, outletM } = network;
  return [
    "[JUNCTIONS]",
    ...nodes.map(({ id, elevationM }) => `${id} ${elevationM} 0`),
    "INLET 3 0",
    "[RESERVOIRS]",
    `SUPPLY ${supplyHeadM}`,
    "[PIPES]",
    "TRUNK SUPPLY INLET 200 200 120 0 Open",
    ...pipes.map(
      (pipe) => `${pipe.id} ${pipe.from} ${pipe.to} ${pipe.lengthM} ${pipe.diameterMm} ${pipe.roughness} 0 Open`,
    ),
    "[VALVES]",
    `PRV INLET ${inletNode} 150 PRV ${outletM} 0`,
    "[OPTIONS]",
    "Units CMH",
    "Headloss H-W",
    "Emitter Exponent 0.5",
    "Trials 100",
    "Accuracy 0.0001",
    "[TIMES]",
    "Duration 0",
    "[END]",
    "",
  ].join("\n");
}

function gridPipes(seed: number): NetworkPipe[] {
  const pipes: NetworkPipe[] = [];
  const lay = (from: string, to: string, isMain: boolean) => {
    const no = pipes.length;
    pipes.push({
      id: `P${no + 1}`,
      from,
      to,
      lengthM: round(between(seed, 1000 + no, 90, 160)),
      diameterMm: isMain ? 100 : pick(DIAMETERS_MM, seed, 2000 + no),
      roughness: Math.round(between(seed, 3000 + no, 95, 130)),
    });
  };
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++) {
      if (column + 1 < COLUMNS) lay(nodeId(column, row), nodeId(column + 1, row), row === 0);
      if (row + 1 < ROWS) lay(nodeId(column, row), nodeId(column, row + 1), column === 0);
    }
  return pipes;
}

function nodeId(column: number, row: number): string {
  return `J${column + 1}-${row + 1}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
