import type { EngineOptions, FindingSink } from "./engine.ts";
import { Families, type FamiliesImage } from "./engine-families.ts";
import type { Weather } from "./engine-weather.ts";
import { isLiveLongEnough } from "./meter-findings.ts";
import { District, type DistrictImage, type JudgedNight } from "./pure/district.ts";
import type { Family } from "./pure/districts/family.ts";
import { lossProof, nightProof } from "./pure/districts/proofs.ts";
import type { Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { conditionsOf } from "./pure/holidays.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import { calendarOf, type ZoneCalendar } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn } from "./pure/shards.ts";
import type { WatchedMeter } from "./watched-meter.ts";

interface WatchedDistrict {
  readonly district: District;
  readonly who: FindingSubject;
  readonly pricePerM3: number;
}

/** The districts: inflow from their inlets, nights judged as they complete. */
export class Districts {
  readonly #sink: FindingSink;
  readonly #options: Pick<EngineOptions, "shard" | "tuning">;
  readonly #weather: Weather;
  readonly #families: Families;
  #districts = new Map<string, WatchedDistrict>();

  constructor(sink: FindingSink, options: Pick<EngineOptions, "shard" | "tuning">, weather: Weather) {
    this.#sink = sink;
    this.#options = options;
    this.#weather = weather;
    this.#families = new Families(sink, options);
  }

  /** Whether a meter feeds a district of this shard, or stands in one. */
  needs(meter: MeteredChannel): boolean {
    const stands = meter.purpose === "customer" && meter.dma !== null && this.#districts.has(meter.dma);
    const feeds = meter.inletOf.some(({ dma }) => this.#districts.has(dma));
    return stands || feeds || this.#families.around(meter) !== undefined;
  }

  /** Takes the channels that the registry's meters are judged by. */
  setRegistry(primary: readonly MeteredChannel[]): void {
    this.#families.setRegistry(primary);
    const before = this.image();
    this.#districts = new Map();
    const customers = customersByDma(primary);
    for (const [dma, inlets] of inletsByDma(primary))
      if (isIn(this.#options.shard, dma)) this.#districts.set(dma, this.#watch(dma, inlets, customers.get(dma) ?? 0));
    this.restore(before);
  }

  #watch(dma: string, inlets: readonly Inlet[], customers: number): WatchedDistrict {
    const first = inlets[0]?.meter;
    const calendar = calendarOf(first?.zone ?? "UTC");
    const meters = {
      inlets: new Map(inlets.map(({ meter, sign }) => [meter.meter, sign])),
      customers,
      balancedOver: first?.commodity === "gas" ? ("day" as const) : ("night" as const),
      tuning: this.#options.tuning,
      conditionsOf: (day: number) => conditionsOf(day, calendar, first, this.#weather),
    };
    return {
      district: new District(dma, calendar, meters),
      pricePerM3: first?.pricePerM3 ?? 0,
      who: whoIs(dma, first),
    };
  }

  /** Adds an interval of any meter to the districts that it feeds or stands in. */
  add({ meta, district, families }: WatchedMeter, interval: EmittedInterval, m3: number, state: MeterState): void {
    if (families !== undefined) this.#families.add(families, meta.meter, interval, m3, state);
    if (meta.inletOf.length > 0) this.#addInflow(meta, interval, m3, state);
    if (district !== undefined && interval.quality <= 1) district.addCustomer(interval, m3);
  }

  /** The families of parent and children that a meter is in. */
  familiesAround(meter: MeteredChannel): readonly Family[] | undefined {
    return this.#families.around(meter);
  }

  /** Mean of the outdoor air at a meter over a local day, °C; null where nobody measures it. */
  meanAirOf(meter: MeteredChannel, day: number, calendar: ZoneCalendar): number | null {
    const weather = meter.weather ?? null;
    if (weather === null) return null;
    return this.#weather.between(weather, calendar.instantOf(day), calendar.instantOf(day + 1))?.meanC ?? null;
  }

  familiesImage(): FamiliesImage {
    return this.#families.image();
  }

  restoreFamilies(image: FamiliesImage | undefined): void {
    this.#families.restore(image);
  }

  /** The district that a customer's meter stands in; undefined where none is judged. */
  around(meter: MeteredChannel): District | undefined {
    if (meter.purpose !== "customer" || meter.dma === null) return undefined;
    return this.#districts.get(meter.dma)?.district;
  }

  #addInflow(meter: MeteredChannel, interval: EmittedInterval, m3: number, state: MeterState): void {
    for (const { dma } of meter.inletOf) {
      const watched = this.#districts.get(dma);
      if (!watched) continue;
      watched.district.addInlet(meter.meter, interval, m3);
      for (let night = watched.district.judgeNext(); night; night = watched.district.judgeNext())
        this.#onNight(watched, night, interval.knownAtMs, state);
      for (let told = watched.district.balanceNext(); told; told = watched.district.balanceNext())
        this.#onBalance(watched, told, interval.knownAtMs, state);
    }
  }

  /** Gives out the rows whose sums changed after they were judged. */
  flush(): void {
    for (const { district } of this.#districts.values())
      for (const row of district.takeChangedRows()) this.#sink.night(row);
  }

  image(): [string, DistrictImage][] {
    return [...this.#districts].map(([dma, { district }]) => [dma, district.image()]);
  }

  restore(image: readonly (readonly [string, DistrictImage])[]): void {
    for (const [dma, saved] of image) this.#districts.get(dma)?.district.restore(saved);
  }

  #onNight(watched: WatchedDistrict, night: JudgedNight, atMs: number, inlet: MeterState): void {
    const { district } = watched;
    this.#sink.night(night.row);
    district.isPast = isStillPast(district.isPast, night, inlet);
    const proof = night.step === "clear" || night.step === "none" ? null : nightProof(district, night);
    this.#report(watched, "NIGHT_MIN", night, atMs, district.isPast, proof);
    if (night.step === "clear") district.isPast = false;
  }

  #onBalance(watched: WatchedDistrict, night: JudgedNight, atMs: number, inlet: MeterState): void {
    const { district } = watched;
    district.isLossPast = isStillPast(district.isLossPast, night, inlet);
    const isGas = watched.who.commodity === "gas";
    const proof = night.step === "clear" || night.step === "none" ? null : lossProof(district, night, isGas);
    this.#report(watched, isGas ? "GAS_UFG" : "DMA_LOSS", night, atMs, district.isLossPast, proof);
    if (night.step === "clear") district.isLossPast = false;
  }

  #report(
    watched: WatchedDistrict,
    rule: "NIGHT_MIN" | "DMA_LOSS" | "GAS_UFG",
    night: JudgedNight,
    atMs: number,
    isPast: boolean,
    proof: Proof | null,
  ): void {
    if (night.step === "none") return;
    this.#sink.emit({
      type: night.step === "hold" ? "update" : night.step,
      rule,
      direction: "up",
      who: watched.who,
      pricePerM3: watched.pricePerM3,
      startMs: night.startMs,
      atMs,
      isPast,
      proof,
    });
  }
}

/** Whether a finding that began in imported rows has not yet been confirmed by a day of live ones. */
function isStillPast(wasPast: boolean, night: JudgedNight, inlet: MeterState): boolean {
  const isPast = night.step === "open" ? inlet.lastImportMs !== 0 && night.startMs <= inlet.lastImportMs : wasPast;
  return isPast && !isLiveLongEnough(inlet, night.nightStartMs);
}

interface Inlet {
  readonly meter: MeteredChannel;
  readonly sign: number;
}

function inletsByDma(meters: readonly MeteredChannel[]): Map<string, Inlet[]> {
  const inlets = meters.flatMap((meter) => meter.inletOf.map(({ dma, sign }) => ({ dma, meter, sign })));
  return Map.groupBy(inlets, (inlet) => inlet.dma);
}

function customersByDma(meters: readonly MeteredChannel[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { purpose, dma } of meters)
    if (purpose === "customer" && dma !== null) counts.set(dma, (counts.get(dma) ?? 0) + 1);
  return counts;
}

function whoIs(dma: string, inlet: MeteredChannel | undefined): FindingSubject {
  return {
    subjectKind: "dma",
    subject: dma,
    commodity: inlet?.commodity ?? "water",
    currency: inlet?.currency ?? "",
    meter: null,
    dma,
    account: null,
    isKeyAccount: false,
    unitId: inlet?.unitId ?? "",
    unitPath: inlet?.unitPath ?? "",
  };
}
