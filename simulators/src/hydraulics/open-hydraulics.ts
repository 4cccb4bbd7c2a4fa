import type { DistrictNetwork } from "./district-network.ts";
import { inpOf } from "./district-network.ts";

const KPA_PER_METRE = 9.80665;
// Codes of the EPANET 2.2 toolkit: EN_BASEDEMAND, EN_EMITTER, EN_PRESSURE, EN_FLOW, EN_NOSAVE.
const BASE_DEMAND = 1;
const EMITTER = 3;
const PRESSURE = 11;
const LINK_FLOW = 8;
const NO_SAVE = 0;
// EN_ELEVATION: of a reservoir its head.
const ELEVATION = 0;

/** A leak at a node: `coefficient` × √(pressure in metres of water) is its flow in m³/h. */
export interface NodeLeak {
  readonly node: string;
  readonly coefficient: number;
}

/** What the mains do in one hour. */
export interface HydraulicHour {
  /** By node, in kPa. */
  readonly pressureKPa: ReadonlyMap<string, number>;
  /** Through the inlet. */
  readonly inflowM3h: number;
  /** Out of all leaks together. */
  readonly leakM3h: number;
}

/** The mains of one district in EPANET. */
export interface Hydraulics {
  /**
   * The steady state with these demands (m³/h by node; others none) and leaks; `supplyHeadM` is the head before the valve where it is
   * not the usual one.
   */
  solve(demandsM3h: ReadonlyMap<string, number>, leaks: readonly NodeLeak[], supplyHeadM?: number): HydraulicHour;
  close(): void;
}

/** Opens a network in EPANET 2.2 (WebAssembly, loaded at the first call). Hours are solved each by itself: there are no tanks. */
export async function openHydraulics(network: DistrictNetwork): Promise<Hydraulics> {
  const { Project, Workspace } = await import("epanet-js");
  const workspace = new Workspace();
  await workspace.loadModule();
  workspace.writeFile("district.inp", inpOf(network));
  const model = new Project(workspace);
  model.open("district.inp", "report.rpt", "out.bin");
  model.openH();
  const nodes = network.nodes.map(({ id }) => ({ id, no: model.getNodeIndex(id) }));
  const inlet = model.getLinkIndex("PRV");
  const supply = model.getNodeIndex("SUPPLY");
  return {
    solve: (demandsM3h, leaks, supplyHeadM = network.supplyHeadM) => {
      model.setNodeValue(supply, ELEVATION, supplyHeadM);
      let drawnM3h = 0;
      for (const { id, no } of nodes) {
        const demandM3h = demandsM3h.get(id) ?? 0;
        drawnM3h += demandM3h;
        const coefficient = leaks.reduce((sum, leak) => sum + (leak.node === id ? leak.coefficient : 0), 0);
        model.setNodeValue(no, BASE_DEMAND, demandM3h);
        model.setNodeValue(no, EMITTER, coefficient);
      }
      model.initH(NO_SAVE);
      model.runH();
      const inflowM3h = model.getLinkValue(inlet, LINK_FLOW);
      const pressures = nodes.map(({ id, no }) => [id, model.getNodeValue(no, PRESSURE) * KPA_PER_METRE] as const);
      return { pressureKPa: new Map(pressures), inflowM3h, leakM3h: inflowM3h - drawnM3h };
    },
    close: () => {
      model.closeH();
      model.close();
    },
  };
}
