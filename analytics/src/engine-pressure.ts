import { areConvertible, convert } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import type { EngineOptions, FindingSink, Signal } from "./engine.ts";
import type { Step } from "./pure/detectors/flow.ts";
import {
  type DropState,
  type LimitState,
  newDropState,
  newLimitState,
  type PressureParameters,
  stepPressureDrop,
  stepPressureLimit,
} from "./pure/detectors/pressure-limit.ts";
import { DistrictPressure, type DistrictPressureImage } from "./pure/districts/district-pressure.ts";
import { dropProof, limitProof, pairProof } from "./pure/districts/pressure-proofs.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { LateNotes, type LateReadings } from "./pure/late.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn, type Shard } from "./pure/shards.ts";
import { subjectOf } from "./watched-meter.ts";

const HOUR_MS = 3_600_000;

interface Gauge {
  readonly meta: MeteredChannel;
  readonly isJudged: boolean;
  /** Whether it stands behind a gas regulator. */
  readonly isGas: boolean;
  readonly districts: readonly DistrictPressure[];
  state: GaugeState;
}

interface GaugeState {
  low: LimitState;
  high: LimitState;
  drop: DropState;
  lastImportMs: number;
  liveSinceMs: number;
  /** Rules whose finding began in imported rows and is not yet confirmed. */
  pastRules: string[];
  /** The newest reading; absent in snapshots of programs that judged no gauge again. */
  lastMs?: number;
}

/** A gauge that takes part in judging another one again. */
export interface GaugeHistory {
  readonly meta: MeteredChannel;
  readonly judgedUntilMs: number;
  /** First live reading, and newest imported one; 0 when there is none. */
  readonly liveSinceMs: number;
  readonly lastImportMs: number;
}

/** What a gauge is judged again with. */
export interface GaugeBasis {
  readonly gauge: MeteredChannel;
  /** Districts whose gauges are held beside each other. */
  readonly districts: readonly string[];
  /** It and all gauges of these districts. */
  readonly gauges: readonly GaugeHistory[];
}

/** What is kept of the gauges in a snapshot. */
export interface PressureImage {
  readonly gauges: readonly (readonly [string, GaugeState])[];
  readonly districts: readonly (readonly [string, DistrictPressureImage])[];
}

/** The pressure gauges: limits of each, regulators' outlets, and the gauges of a district beside each other. */
export class PressureWatch {
  readonly #sink: FindingSink;
  readonly #shard: Shard;
  readonly #tuning: EngineOptions["tuning"];
  readonly #late = new LateNotes();
  #gauges = new Map<string, Gauge>();
  #districts = new Map<string, { readonly pressure: DistrictPressure; readonly who: FindingSubject }>();

  constructor(sink: FindingSink, { shard, tuning }: Pick<EngineOptions, "shard" | "tuning">) {
    this.#sink = sink;
    this.#shard = shard;
    this.#tuning = tuning;
  }

  setRegistry(channels: readonly MeteredChannel[]): void {
    const before = this.image();
    const gauges = channels.filter(isGauge);
    this.#districts = new Map();
    for (const [dma, members] of gaugesByDma(gauges))
      if (isIn(this.#shard, dma)) this.#districts.set(dma, watchDistrict(dma, members));
    this.#gauges = new Map(gauges.map((meta) => [meta.channel, this.#watch(meta)]));
    this.restore(before);
  }

  /** Takes rows [from, to) of a page; a page without gauges costs a look at its channels. */
  read(readings: ReadingColumns, from: number, to: number): void {
    if (this.#gauges.size === 0) return;
    const gauges = readings.channels.map((channel) => this.#gauges.get(channel));
    if (gauges.every((gauge) => gauge === undefined)) return;
    for (let row = from; row < to; row++) {
      const gauge = gauges[readings.channelNos[row] ?? -1];
      if (gauge === undefined || readings.qualities[row] !== 0) continue;
      this.#take(gauge, readings.gauges[row] ?? Number.NaN, readings.readAtMs[row] ?? 0, readings.origins[row] === 1);
    }
  }

  image(): PressureImage {
    return {
      gauges: [...this.#gauges].map(([channel, { state }]) => [channel, state]),
      districts: [...this.#districts].map(([dma, { pressure }]) => [dma, pressure.image()]),
    };
  }

  restore(image: PressureImage | undefined): void {
    for (const [channel, state] of image?.gauges ?? []) {
      const gauge = this.#gauges.get(channel);
      if (gauge) gauge.state = structuredClone(state);
    }
    for (const [dma, saved] of image?.districts ?? []) this.#districts.get(dma)?.pressure.restore(saved);
  }

  /** Readings of gauges that came too late to be judged with the others since they were last asked for. */
  takeLate(): LateReadings[] {
    return this.#late.take();
  }

  /** What a gauge is judged again with; undefined for channels that are no gauges judged here. */
  basisOf(channel: string): GaugeBasis | undefined {
    const gauge = this.#gauges.get(channel);
    if (gauge === undefined || !isOfUse(gauge)) return undefined;
    const districts = gauge.districts.map(({ id }) => id);
    const isBeside = (other: Gauge) => other === gauge || other.districts.some(({ id }) => districts.includes(id));
    return { gauge: gauge.meta, districts, gauges: [...this.#gauges.values()].filter(isBeside).map(historyOf) };
  }

  /** Takes over what was learnt of some gauges and districts elsewhere; where their readings come from stays. */
  put({ gauges, districts }: PressureImage): void {
    for (const [channel, learnt] of gauges) {
      const gauge = this.#gauges.get(channel);
      if (gauge === undefined) continue;
      const { lastImportMs, liveSinceMs, lastMs = 0 } = gauge.state;
      gauge.state = { ...structuredClone(learnt), lastImportMs, liveSinceMs, lastMs };
    }
    for (const [dma, learnt] of districts) this.#districts.get(dma)?.pressure.restore(learnt);
  }

  #take(gauge: Gauge, value: number, atMs: number, isImported: boolean): void {
    const { meta, state } = gauge;
    const kPa = convert(value, meta.unit ?? "kPa", "kPa");
    if (!Number.isFinite(kPa)) return;
    if (isImported) state.lastImportMs = Math.max(state.lastImportMs, atMs);
    else if (state.liveSinceMs === 0) state.liveSinceMs = atMs;
    if (this.#isLate(gauge, atMs) && isOfUse(gauge)) this.#late.add(meta.channel, meta.periodMs, atMs);
    // One that is older than what was judged says nothing of what holds now.
    if (gauge.isJudged && atMs > (state.lastMs ?? 0)) this.#judge(gauge, kPa, atMs);
    state.lastMs = Math.max(state.lastMs ?? 0, atMs);
    for (const district of gauge.districts) this.#judgeDistrict(district, gauge, kPa, atMs);
  }

  #isLate({ meta, state, districts }: Gauge, atMs: number): boolean {
    return atMs < (state.lastMs ?? 0) || districts.some((district) => district.isLate(meta.channel, hourMsOf(atMs)));
  }

  #judge(gauge: Gauge, kPa: number, atMs: number): void {
    const { state, isGas } = gauge;
    const tuning = this.#tuning();
    if (isGas) {
      const before = state.drop.openMs;
      const step = stepPressureDrop(state.drop, kPa, atMs, tuning.GAS_P_DROP);
      this.#report(gauge, "GAS_P_DROP", "down", step, state.drop.openMs || before, atMs, () =>
        dropProof(state.drop, kPa, tuning.GAS_P_DROP),
      );
      return;
    }
    for (const side of ["low", "high"] as const) {
      const before = state[side].openMs;
      const rule = side === "low" ? "PRESS_LOW" : "PRESS_HIGH";
      const parameters = limitOf(gauge.meta, side, tuning[rule]);
      const step = stepPressureLimit(state[side], kPa, atMs, side, parameters);
      const startMs = state[side].openMs || before;
      this.#report(gauge, rule, side === "low" ? "down" : "up", step, startMs, atMs, () =>
        limitProof(side, kPa, parameters),
      );
    }
  }

  #report(
    gauge: Gauge,
    rule: Signal["rule"],
    direction: "up" | "down",
    step: Step,
    startMs: number,
    atMs: number,
    proof: () => NonNullable<Signal["proof"]>,
  ): void {
    const { state } = gauge;
    if (step === "open" && startMs <= state.lastImportMs) state.pastRules.push(rule);
    const isConfirmed =
      state.pastRules.includes(rule) && state.liveSinceMs !== 0 && atMs - state.liveSinceMs >= 24 * HOUR_MS;
    const isPast = state.pastRules.includes(rule) && !isConfirmed;
    if (isConfirmed || step === "clear") state.pastRules = state.pastRules.filter((past) => past !== rule);
    // An update now and then would say the same again: the finding holds until it is cleared.
    if (step === "none" || (step === "hold" && !isConfirmed)) return;
    this.#sink.emit({
      type: step === "hold" ? "update" : step,
      rule,
      direction,
      who: subjectOf(gauge.meta),
      pricePerM3: gauge.meta.pricePerM3,
      startMs,
      atMs,
      isPast,
      proof: step === "clear" ? null : proof(),
    });
  }

  #judgeDistrict(district: DistrictPressure, gauge: Gauge, kPa: number, atMs: number): void {
    const told = district.add(gauge.meta.channel, kPa, hourMsOf(atMs));
    const watched = this.#districts.get(district.id);
    if (told === null || watched === undefined) return;
    this.#sink.emit({
      type: told.step,
      rule: "PRESS_RESID",
      direction: "down",
      who: watched.who,
      pricePerM3: gauge.meta.pricePerM3,
      startMs: told.startMs,
      atMs,
      isPast: told.startMs <= gauge.state.lastImportMs,
      proof: told.step === "clear" ? null : pairProof(told.gauge, told.beside),
    });
  }

  #watch(meta: MeteredChannel): Gauge {
    const districts = dmasOf(meta).flatMap((dma) => this.#districts.get(dma)?.pressure ?? []);
    return {
      meta,
      isJudged: isIn(this.#shard, meta.meter),
      isGas: meta.commodity === "gas",
      districts: meta.commodity === "gas" ? [] : districts,
      state: {
        low: newLimitState(),
        high: newLimitState(),
        drop: newDropState(),
        lastImportMs: 0,
        liveSinceMs: 0,
        pastRules: [],
        lastMs: 0,
      },
    };
  }
}

/** Whether anything here is judged by a gauge. */
function isOfUse({ isJudged, districts }: Gauge): boolean {
  return isJudged || districts.length > 0;
}

function historyOf({ meta, state }: Gauge): GaugeHistory {
  const { lastMs = 0, liveSinceMs, lastImportMs } = state;
  return { meta, judgedUntilMs: lastMs, liveSinceMs, lastImportMs };
}

function hourMsOf(atMs: number): number {
  return Math.floor(atMs / HOUR_MS) * HOUR_MS;
}

/** The limit of the zone that a gauge stands in, where it has its own, else the rule's. */
function limitOf(
  { pressureLimits }: MeteredChannel,
  side: "low" | "high",
  parameters: PressureParameters,
): PressureParameters {
  const own = side === "low" ? pressureLimits?.lowKPa : pressureLimits?.highKPa;
  return own === null || own === undefined ? parameters : { ...parameters, limitKPa: own };
}

function isGauge({ quantity, unit, purpose }: MeteredChannel): boolean {
  return quantity === "pressure" && purpose !== "customer" && (unit === undefined || areConvertible(unit, "kPa"));
}

function dmasOf(meta: MeteredChannel): string[] {
  const fed = meta.inletOf.filter(({ sign }) => sign === 1).map(({ dma }) => dma);
  return meta.dma === null ? fed : [...new Set([...fed, meta.dma])];
}

function gaugesByDma(gauges: readonly MeteredChannel[]): Map<string, MeteredChannel[]> {
  const members = gauges
    .filter(({ commodity }) => commodity === "water")
    .flatMap((meta) => dmasOf(meta).map((dma) => ({ dma, meta })));
  return new Map([...Map.groupBy(members, ({ dma }) => dma)].map(([dma, of]) => [dma, of.map(({ meta }) => meta)]));
}

function watchDistrict(dma: string, members: readonly MeteredChannel[]) {
  const [first] = members;
  const who: FindingSubject = {
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
  };
  return {
    pressure: new DistrictPressure(
      dma,
      members.map(({ channel }) => channel),
      (utcMs) => Math.floor(calendarOf(first?.zone ?? "UTC").hourOf(utcMs)),
    ),
    who,
  };
}
