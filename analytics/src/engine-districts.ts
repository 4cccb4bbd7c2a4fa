import { DistrictFindings, type WatchedDistrict } from "./district-findings.ts";
import { type DistrictCourses, districtCourses } from "./district-replay.ts";
import type { EngineOptions, FindingSink } from "./engine.ts";
import { Families, type FamiliesImage } from "./engine-families.ts";
import type { Weather } from "./engine-weather.ts";
import { District, type DistrictImage, type MovedOf } from "./pure/district.ts";
import type { Family } from "./pure/districts/family.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { conditionsOf } from "./pure/holidays.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import type { LateSpan } from "./pure/late.ts";
import { calendarOf, type ZoneCalendar } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn } from "./pure/shards.ts";
import type { WatchedMeter } from "./watched-meter.ts";

/** The districts: inflow from their inlets, nights judged as they complete. */
export class Districts {
  readonly #sink: FindingSink;
  readonly #options: Pick<EngineOptions, "shard" | "tuning">;
  readonly #weather: Weather;
  readonly #families: Families;
  readonly #findings: DistrictFindings;
  #districts = new Map<string, DistrictHere>();

  constructor(sink: FindingSink, options: Pick<EngineOptions, "shard" | "tuning">, weather: Weather) {
    this.#sink = sink;
    this.#options = options;
    this.#weather = weather;
    this.#families = new Families(sink, options);
    this.#findings = new DistrictFindings(sink);
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

  #watch(dma: string, inlets: readonly Inlet[], customers: number): DistrictHere {
    const first = inlets[0]?.meter;
    const calendar = calendarOf(first?.zone ?? "UTC");
    const meters = {
      inlets: new Map(inlets.map(({ meter, sign }) => [meter.meter, sign])),
      customers,
      balancedOver: first?.commodity === "gas" ? ("day" as const) : ("night" as const),
      tuning: this.#options.tuning,
      conditionsOf: (day: number) => conditionsOf(day, calendar, first, this.#weather),
    };
    const newDistrict = () => new District(dma, calendar, meters);
    return {
      newDistrict,
      district: newDistrict(),
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

  /** The families, whose days are judged again beside the districts' nights. */
  get families(): Families {
    return this.#families;
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
      const { district } = watched;
      district.addInlet(meter.meter, interval, m3);
      const { liveSinceMs, lastImportMs } = state;
      district.origin = { liveSinceMs, lastImportMs };
      this.#findings.judge(watched, interval.knownAtMs);
    }
  }

  /** Whether late readings of a meter change the sums of a district of this shard. */
  counts(meter: MeteredChannel): boolean {
    return meter.inletOf.some(({ dma }) => this.#districts.has(dma)) || this.around(meter) !== undefined;
  }

  /** Puts right what late readings show a meter to have measured, in the districts that it feeds or stands in. */
  correct(meter: MeteredChannel, late: readonly LateSpan[], movedOf: MovedOf): void {
    for (const { dma } of meter.inletOf) this.#districts.get(dma)?.district.correct(meter, late, movedOf);
    this.around(meter)?.correct(meter, late, movedOf);
  }

  /** Districts with nights that should be judged again. */
  stale(): string[] {
    return [...this.#districts].flatMap(([dma, { district }]) => (district.isStale ? [dma] : []));
  }

  /** What judging the nights of a district again shows; null when that cannot be done. */
  coursesOf(dma: string): DistrictCourses | null {
    const watched = this.#districts.get(dma);
    return watched === undefined ? null : districtCourses(watched, watched.newDistrict);
  }

  /** Takes over what a district has learnt by its nights judged again; without it they stay as they were judged. */
  settle(dma: string, image: DistrictImage | null): void {
    const district = this.#districts.get(dma)?.district;
    if (image !== null) district?.restore(image);
    district?.settle();
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
}

interface DistrictHere extends WatchedDistrict {
  /** The same district, of which nothing is known. */
  readonly newDistrict: () => District;
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
