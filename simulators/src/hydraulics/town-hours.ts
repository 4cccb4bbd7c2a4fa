import { HOUR_MS } from "../demand/calendar.ts";
import { chance, seedOf } from "../random.ts";
import { type Town, type TownMeter, totalRegisterOf } from "../town/town.ts";
import { TownRegisters } from "../town/town-registers.ts";
import { type DistrictNetwork, districtNetwork } from "./district-network.ts";
import { type HydraulicHour, type NodeLeak, openHydraulics } from "./open-hydraulics.ts";

/** A leak in the mains of a district, with the time that it runs. */
export interface MainsLeak extends NodeLeak {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What to solve of one district. */
export interface DistrictHoursPlan {
  readonly town: Town;
  readonly dmaId: string;
  readonly fromMs: number;
  readonly hours: number;
  /** Each home of the town stands for so many: a district of 48 homes moves no water that mains would feel. Others stand for themselves. */
  readonly homesEach?: number;
  readonly leaks?: readonly MainsLeak[];
  /** What the town's meters and demand follow; by default nothing ever breaks. */
  readonly registers?: TownRegisters;
  /** Head before the district's valve at an instant, where it is not the usual one. */
  readonly supplyHeadM?: (atMs: number) => number | undefined;
  /** What the homes of an hour draw is multiplied by this: a demand peak. */
  readonly demandFactor?: (atMs: number) => number;
}

/** One hour of a district with its labels: what everybody drew, what leaked, and the pressures that follow. */
export interface DistrictHour extends HydraulicHour {
  readonly startMs: number;
  /** m³ that each customer's meter counted in the hour, `homesEach` homes together. */
  readonly customersM3: ReadonlyMap<string, number>;
}

/** A district's mains and its hours. */
export interface DistrictHours {
  readonly network: DistrictNetwork;
  readonly hours: readonly DistrictHour[];
}

/** Leakage of mains without a fault, spread over all nodes; m³/h at 30 m of pressure in all. */
const BACKGROUND_M3H = 1.5;

/** Solves a district of the town hour by hour: its customers at their nodes, background leakage everywhere, leaks where they are. */
export async function districtHours(plan: DistrictHoursPlan): Promise<DistrictHours> {
  const { town, dmaId, fromMs, homesEach = 20, leaks = [] } = plan;
  const network = districtNetwork(town.seed, dmaId);
  const registers = plan.registers ?? new TownRegisters(town);
  const hydraulics = await openHydraulics(network);
  const background = backgroundLeaks(network);
  const hours: DistrictHour[] = [];
  for (let hour = 0; hour < plan.hours; hour++) {
    const startMs = fromMs + hour * HOUR_MS;
    const customersM3 = drawnBy(town, dmaId, registers, startMs, homesEach * (plan.demandFactor?.(startMs) ?? 1));
    const running = leaks.filter((leak) => leak.fromMs <= startMs && startMs < leak.toMs);
    const solved = hydraulics.solve(
      demandsAt(network, town.seed, customersM3),
      [...background, ...running],
      plan.supplyHeadM?.(startMs),
    );
    hours.push({ startMs, customersM3, ...solved });
  }
  hydraulics.close();
  return { network, hours };
}

/** Leakage of mains without a fault, spread over all nodes. */
export function backgroundLeaks(network: DistrictNetwork): readonly NodeLeak[] {
  const coefficient = BACKGROUND_M3H / Math.sqrt(30) / network.nodes.length;
  return network.nodes.map(({ id }) => ({ node: id, coefficient }));
}

/** m³ that each customer's meter of a district counts in an hour, `homesEach` homes together. */
export function drawnBy(
  town: Town,
  dmaId: string,
  registers: TownRegisters,
  startMs: number,
  homesEach: number,
): ReadonlyMap<string, number> {
  const customers = town.meters.filter((meter) => meter.dmaId === dmaId && meter.supply !== null);
  return new Map(
    customers.map((meter) => [meter.id, standsFor(meter, homesEach) * drawnM3(registers, meter, startMs)]),
  );
}

function standsFor(meter: TownMeter, homesEach: number): number {
  return meter.kind === "household" ? homesEach : 1;
}

function drawnM3(registers: TownRegisters, meter: TownMeter, startMs: number): number {
  const { name, resolution } = totalRegisterOf(meter);
  const counts =
    registers.registerAt(meter.id, name, startMs + HOUR_MS) - registers.registerAt(meter.id, name, startMs);
  return counts * resolution;
}

/** Every customer at the node that the seed gives it. */
export function demandsAt(
  network: DistrictNetwork,
  seed: number,
  customersM3: ReadonlyMap<string, number>,
): Map<string, number> {
  const demands = new Map<string, number>();
  for (const [meter, m3] of customersM3) {
    const node =
      network.nodes[Math.floor(chance(seedOf(seed, meter), 5) * network.nodes.length)]?.id ?? network.inletNode;
    demands.set(node, (demands.get(node) ?? 0) + m3);
  }
  return demands;
}
