import type { FindingSink } from "./engine.ts";
import { isLiveLongEnough, type WatchedMeter } from "./engine-meters.ts";
import { District, type DistrictImage, type JudgedNight } from "./pure/district.ts";
import { flowText, type Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import { type MeteredChannel, primaryChannels } from "./pure/registry.ts";
import { isIn, type Shard } from "./pure/shards.ts";

interface WatchedDistrict {
  readonly district: District;
  readonly who: FindingSubject;
  readonly pricePerM3: number;
}

/** The districts: inflow from their inlets, nights judged as they complete. */
export class Districts {
  readonly #sink: FindingSink;
  readonly #shard: Shard;
  #districts = new Map<string, WatchedDistrict>();

  constructor(sink: FindingSink, shard: Shard) {
    this.#sink = sink;
    this.#shard = shard;
  }

  /** Whether a meter feeds a district of this shard, or stands in one. */
  needs(meter: MeteredChannel): boolean {
    const stands = meter.purpose === "customer" && meter.dma !== null && this.#districts.has(meter.dma);
    return stands || meter.inletOf.some(({ dma }) => this.#districts.has(dma));
  }

  setRegistry(channels: readonly MeteredChannel[]): void {
    const before = this.image();
    this.#districts = new Map();
    for (const [dma, inlets] of inletsByDma(channels))
      if (isIn(this.#shard, dma)) this.#districts.set(dma, watchDistrict(dma, inlets));
    this.restore(before);
  }

  /** Adds an interval of any meter to the districts that it feeds or stands in. */
  add({ meta, district }: WatchedMeter, interval: EmittedInterval, m3: number, state: MeterState): void {
    if (meta.inletOf.length > 0) this.#addInflow(meta, interval, m3, state);
    if (district !== undefined && interval.quality <= 1) district.addCustomer(interval.startMs, m3);
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
    if (night.step === "open") district.isPast = inlet.lastImportMs !== 0 && night.startMs <= inlet.lastImportMs;
    if (district.isPast && isLiveLongEnough(inlet, night.nightStartMs)) district.isPast = false;
    if (night.step === "none") return;
    this.#sink.emit({
      type: night.step === "hold" ? "update" : night.step,
      rule: "NIGHT_MIN",
      direction: "up",
      who: watched.who,
      pricePerM3: watched.pricePerM3,
      startMs: night.startMs,
      atMs,
      isPast: district.isPast,
      proof: night.step === "clear" ? null : nightProof(district, night),
    });
    if (night.step === "clear") district.isPast = false;
  }
}

function inletsByDma(channels: readonly MeteredChannel[]): Map<string, { meter: MeteredChannel; sign: number }[]> {
  const inlets = [...primaryChannels(channels).values()].flatMap((meter) =>
    meter.inletOf.map(({ dma, sign }) => ({ dma, meter, sign })),
  );
  return Map.groupBy(inlets, (inlet) => inlet.dma);
}

function watchDistrict(dma: string, inlets: readonly { meter: MeteredChannel; sign: number }[]): WatchedDistrict {
  const first = inlets[0]?.meter;
  const signs = new Map(inlets.map(({ meter, sign }) => [meter.meter, sign]));
  return {
    district: new District(dma, calendarOf(first?.zone ?? "UTC"), signs),
    pricePerM3: first?.pricePerM3 ?? 0,
    who: {
      subjectKind: "dma",
      subject: dma,
      commodity: first?.commodity ?? "water",
      currency: first?.currency ?? "",
      meter: null,
      dma,
      account: null,
      isKeyAccount: false,
      unitId: first?.unitId ?? "",
      unitPath: first?.unitPath ?? "",
    },
  };
}

function nightProof(district: District, night: JudgedNight): Proof {
  const { levelBefore, levelNow } = district.night;
  const [now, before] = [flowText(levelNow * 1000), flowText(levelBefore * 1000)];
  return {
    actual: levelNow * 1000,
    expected: levelBefore * 1000,
    low: (night.row.bandLowM3h ?? levelBefore) * 1000,
    high: (night.row.bandHighM3h ?? levelBefore) * 1000,
    excess: Math.max(0, levelNow - levelBefore) * 1000,
    isLoss: true,
    estimatedShare: Math.min(1, night.estimatedShare),
    reason: {
      en: `night flow ${now}, before the step ${before} (least hour from 02 to 05)`,
      zh: `夜间流量 ${now}，抬升前为 ${before}（02–05 时最小小时流量）`,
    },
    clearsWhen: {
      en: "the night flow steps down again, or 14 nights at the new level",
      zh: "夜间流量回落，或新水平持续 14 夜",
    },
    details: { completeness: night.row.completeness },
  };
}
