import { HOUR_MS } from "../demand/calendar.ts";
import { faultFlowM3h, isActive } from "../faults/fault.ts";
import type { FaultSource } from "../faults/fault-book.ts";
import { chance, seedOf } from "../random.ts";
import { gaugeNo, shownKPa } from "../town/pressure-gauges.ts";
import type { Town, TownMeter } from "../town/town.ts";
import type { PressureSource, TownRegisters } from "../town/town-registers.ts";
import { type DistrictNetwork, districtNetwork } from "./district-network.ts";
import { type Hydraulics, openHydraulics } from "./open-hydraulics.ts";
import { backgroundLeaks, demandsAt, drawnBy } from "./town-hours.ts";

/** Each home of the town stands for so many where its mains are solved: 48 homes move no water that mains would feel. */
export const HOMES_EACH = 20;
/** Hours that are kept of each district: gauges of one hour are asked one after another. */
const KEPT_HOURS = 6;

/**
 * The pressures of a served town, solved when they are asked for: the mains of a district in EPANET, an hour at a time (about a
 * millisecond), with what its customers draw, the leaks of its mains and the supply as faults have it. A repair shows from the next hour on.
 */
export class TownPressures implements PressureSource {
  readonly #districts: ReadonlyMap<string, SolvedDistrict>;

  private constructor(districts: ReadonlyMap<string, SolvedDistrict>) {
    this.#districts = districts;
  }

  static async open(town: Town, faults: FaultSource): Promise<TownPressures> {
    const gauges = town.meters.filter((meter) => meter.kind === "pressure_gauge");
    const districts = new Map<string, SolvedDistrict>();
    for (const dmaId of new Set(gauges.flatMap((gauge) => gauge.dmaId ?? []))) {
      const network = districtNetwork(town.seed, dmaId);
      districts.set(dmaId, new SolvedDistrict(town, dmaId, network, await openHydraulics(network), faults));
    }
    return new TownPressures(districts);
  }

  pressureKPa(gauge: TownMeter, atMs: number, registers: TownRegisters): number {
    const district = this.#districts.get(gauge.dmaId ?? "");
    if (district === undefined) throw new RangeError(`the town has no mains at ${gauge.id}`);
    const hour = Math.floor(atMs / HOUR_MS);
    return shownKPa(gauge, district.pressuresAt(hour, registers)[gaugeNo(gauge)] ?? 0, atMs);
  }

  close(): void {
    for (const district of this.#districts.values()) district.close();
  }
}

class SolvedDistrict {
  readonly #town: Town;
  readonly #dmaId: string;
  readonly #network: DistrictNetwork;
  readonly #hydraulics: Hydraulics;
  readonly #faults: FaultSource;
  readonly #hours = new Map<number, readonly number[]>();

  constructor(town: Town, dmaId: string, network: DistrictNetwork, hydraulics: Hydraulics, faults: FaultSource) {
    this.#town = town;
    this.#dmaId = dmaId;
    this.#network = network;
    this.#hydraulics = hydraulics;
    this.#faults = faults;
  }

  /** Pressures at the gauges in an hour since 1970, kPa. */
  pressuresAt(hour: number, registers: TownRegisters): readonly number[] {
    const known = this.#hours.get(hour);
    if (known !== undefined) return known;
    const pressures = this.#solve(hour * HOUR_MS, registers);
    this.#hours.set(hour, pressures);
    const [oldest] = this.#hours.keys();
    if (this.#hours.size > KEPT_HOURS && oldest !== undefined) this.#hours.delete(oldest);
    return pressures;
  }

  close(): void {
    this.#hydraulics.close();
  }

  #solve(startMs: number, registers: TownRegisters): readonly number[] {
    const network = this.#network;
    const drawn = drawnBy(this.#town, this.#dmaId, registers, startMs, HOMES_EACH);
    const demands = demandsAt(network, this.#town.seed, drawn);
    const middleMs = startMs + HOUR_MS / 2;
    const faults = this.#faults.ofDma(this.#dmaId);
    for (const leak of faults) {
      const node = this.#nodeOf(leak.id);
      const flowM3h = HOMES_EACH * faultFlowM3h(leak, middleMs);
      demands.set(node, (demands.get(node) ?? 0) + flowM3h);
    }
    const trip = faults.find((fault) => fault.kind === "pump_trip" && isActive(fault, middleMs));
    const headM = trip?.kind === "pump_trip" ? trip.headM : network.supplyHeadM;
    const { pressureKPa } = this.#hydraulics.solve(demands, backgroundLeaks(network), headM);
    return network.gaugeNodes.map((node) => pressureKPa.get(node) ?? 0);
  }

  #nodeOf(faultId: string): string {
    const { nodes, inletNode } = this.#network;
    return nodes[Math.floor(chance(seedOf(this.#town.seed, faultId), 7) * nodes.length)]?.id ?? inletNode;
  }
}
