import { DAY_MS, HOUR_MS, SLOT_MS, TownCalendar } from "../demand/calendar.ts";
import type { Demand } from "../demand/demand.ts";
import { FactoryDemand } from "../demand/factory.ts";
import { GasHomeDemand, GasRestaurantDemand } from "../demand/gas.ts";
import { HotelDemand } from "../demand/hotel.ts";
import { HouseholdDemand } from "../demand/household.ts";
import { DemandSeries } from "../demand/series.ts";
import { faultFlowM3h, faultVolumeM3 } from "../faults/fault.ts";
import { type FaultSource, NO_FAULTS } from "../faults/fault-book.ts";
import { gasPressureKPa, gasTemperatureC } from "./gas-gauges.ts";
import { type Town, type TownMeter, totalRegisterOf } from "./town.ts";

/** Where the town's pressure gauges get what they show. */
export interface PressureSource {
  /** kPa at an instant; what customers draw is asked of `registers`. */
  pressureKPa(gauge: TownMeter, atMs: number, registers: TownRegisters): number;
}

interface Flowing {
  /** Counts since the town's first day. */
  counts(atMs: number): number;
  flowM3h(atMs: number): number;
}

/**
 * What every meter of the town shows at any instant since its history began, past or future: a function of the
 * town, its faults and the instant alone, so that any process, started at any time, gives the same value.
 *
 * An inlet shows exactly the sum of its customers' counts, what the mains lose, and the leaks of its mains.
 */
export class TownRegisters {
  readonly #town: Town;
  readonly #faults: FaultSource;
  readonly #meters: ReadonlyMap<string, TownMeter>;
  readonly #flows = new Map<string, Flowing>();
  readonly #firstDayMs: number;
  readonly #pressures: PressureSource | undefined;

  /** Without `pressures` the gauges of the mains cannot be asked. */
  constructor(town: Town, faults: FaultSource = NO_FAULTS, pressures?: PressureSource) {
    this.#town = town;
    this.#pressures = pressures;
    this.#faults = faults;
    this.#firstDayMs = Math.floor(town.historyStartMs / DAY_MS) * DAY_MS;
    this.#meters = new Map(town.meters.map((meter) => [meter.id, meter]));
    const calendar = new TownCalendar(town.zone);
    for (const meter of town.meters)
      if (meter.supply !== null) this.#flows.set(meter.id, this.#customer(meter, calendar));
    for (const meter of town.meters) if (isSum(meter)) this.#flows.set(meter.id, this.#sum(meter));
  }

  /**
   * A register in counts, or a gauge in its unit, at an instant.
   *
   * @throws {RangeError} when the town has no such meter or register, or the instant is before its history.
   */
  registerAt(meterId: string, register: string, atMs: number): number {
    const meter = this.#meters.get(meterId);
    if (meter?.kind === "pressure_gauge" && register === "pressure") return this.#pressureAt(meter, atMs);
    const flow = this.#flows.get(meterId);
    if (meter === undefined || flow === undefined) throw new RangeError(`the town has no meter ${meterId}`);
    switch (register) {
      case "forward_total":
      case "vb_total":
        return meter.initialCounts + flow.counts(atMs);
      case "reverse_total":
        return meter.seed % 40;
      case "flow":
        return flow.flowM3h(atMs);
      case "temperature":
        return gasTemperatureC(meter, atMs);
      case "pressure":
        return gasPressureKPa(meter, atMs);
      case "status":
        return 0;
      default:
        throw new RangeError(`meter ${meterId} has no register ${register}`);
    }
  }

  #pressureAt(gauge: TownMeter, atMs: number): number {
    if (this.#pressures === undefined) throw new RangeError(`no mains are solved for gauge ${gauge.id}`);
    return this.#pressures.pressureKPa(gauge, atMs, this);
  }

  #customer(meter: TownMeter, calendar: TownCalendar): Flowing {
    const series = new DemandSeries(demandOf(meter), calendar, this.#firstDayMs);
    const { resolution } = totalRegisterOf(meter);
    const perM3 = Math.round(1 / resolution);
    const faults = () => this.#faults.ofMeter(meter.id);
    return {
      counts: (atMs) =>
        series.countsUntil(atMs) +
        faults().reduce((sum, fault) => sum + Math.floor(faultVolumeM3(fault, atMs) * perM3), 0),
      flowM3h: (atMs) =>
        (series.slotCountsAt(atMs) / perM3) * (HOUR_MS / SLOT_MS) +
        faults().reduce((sum, fault) => sum + faultFlowM3h(fault, atMs), 0),
    };
  }

  #sum(meter: TownMeter): Flowing {
    const { resolution } = totalRegisterOf(meter);
    const perM3 = Math.round(1 / resolution);
    const parts = this.#town.meters
      .filter(
        (part) => part.supply !== null && part.dmaId === meter.dmaId && part.gasDistrictId === meter.gasDistrictId,
      )
      .map((part) => this.#flows.get(part.id))
      .filter((flow) => flow !== undefined);
    const lossM3h = this.#lossM3h(meter);
    const leaks = () => (meter.dmaId === null ? [] : this.#faults.ofDma(meter.dmaId));
    const lossCounts = (atMs: number) => Math.floor(((lossM3h * (atMs - this.#firstDayMs)) / HOUR_MS) * perM3);
    return {
      counts: (atMs) =>
        parts.reduce((sum, part) => sum + part.counts(atMs), lossCounts(atMs)) +
        leaks().reduce((sum, leak) => sum + Math.floor(faultVolumeM3(leak, atMs) * perM3), 0),
      flowM3h: (atMs) =>
        parts.reduce((sum, part) => sum + part.flowM3h(atMs), lossM3h) +
        leaks().reduce((sum, leak) => sum + faultFlowM3h(leak, atMs), 0),
    };
  }

  #lossM3h(meter: TownMeter): number {
    const dma = this.#town.dmas.find(({ id }) => id === meter.dmaId);
    const gas = this.#town.gasDistricts.find(({ id }) => id === meter.gasDistrictId);
    return dma?.lossM3h ?? gas?.lossSm3h ?? 0;
  }
}

function isSum(meter: TownMeter): boolean {
  return meter.kind === "dma_inlet" || meter.kind === "gas_station";
}

function demandOf(meter: TownMeter): Demand {
  if (meter.kind === "hotel") return new HotelDemand(meter.seed);
  if (meter.kind === "factory") return new FactoryDemand(meter.seed);
  if (meter.kind === "household") return new HouseholdDemand(meter.seed, meter.occupants);
  const isRestaurant = meter.supply?.category === "non_residential";
  return isRestaurant ? new GasRestaurantDemand(meter.seed) : new GasHomeDemand(meter.seed);
}
