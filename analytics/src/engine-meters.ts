import type { ReadingColumns } from "@nightflow/storage";
import type { EngineOptions, FindingSink } from "./engine.ts";
import type { Districts } from "./engine-districts.ts";
import type { Flow, Step } from "./pure/detectors/flow.ts";
import { stepUsage } from "./pure/detectors/usage-change.ts";
import type { DayVolume } from "./pure/detectors/volume-cusum.ts";
import { type Proof, usageProof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { type EmittedInterval, IntervalMachine, type IntervalOptions } from "./pure/intervals.ts";
import { calendarOf, type ZoneCalendar } from "./pure/local-time.ts";
import { KEY_ACCOUNT_SCHEMA, METER_SCHEMA, type MeterState } from "./pure/meter-table.ts";
import { type MeteredChannel, primaryChannels } from "./pure/registry.ts";
import { DAY_RULES, HOUR_RULES, INTERVAL_RULES, type RuleContext, stepDayRules } from "./pure/rules.ts";
import { isIn } from "./pure/shards.ts";
import { SlotTable } from "./pure/slot-table.ts";
import type { MetersImage } from "./snapshot.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const USAGE_BIT = 7;
/** A key account's day must differ by at least this much, in litres. */
const LEAST_CHANGE_LITRES = 1000;

/** One meter at work: what the registry says of it, and its slots. */
export interface WatchedMeter {
  readonly meta: MeteredChannel;
  /** What this shard does with it. */
  readonly duty: Duty;
  readonly slot: number;
  /** Slot among the key accounts; -1 for others. */
  readonly keySlot: number;
  readonly calendar: ZoneCalendar;
  readonly options: IntervalOptions;
  readonly who: FindingSubject;
  readonly context: RuleContext;
  readonly intervalRules: typeof INTERVAL_RULES;
  readonly hourRules: typeof HOUR_RULES;
  readonly dayRules: typeof DAY_RULES;
  readonly isJudgedDaily: boolean;
}

/**
 * What a shard does with a meter: each of its subjects (itself, its account, its district, its agent) may belong to
 * another one. A shard that needs a meter for a district or an agent alone keeps it up to there, and judges nothing else.
 */
interface Duty {
  /** The rules of the meter itself. */
  readonly isJudged: boolean;
  /** The days of its key account. */
  readonly isAccountJudged: boolean;
  /** Its intervals, for one of the above or for a district. */
  readonly isMeasured: boolean;
}

interface RuleSignal {
  readonly code: (typeof HOUR_RULES)[number]["code"];
  readonly direction: "up" | "down";
  readonly bit: number;
}

/** The meters: a slot each in flat arrays, from reading to interval to rule. */
export class MeterWatch {
  readonly #table = new SlotTable(METER_SCHEMA);
  readonly #keyTable = new SlotTable(KEY_ACCOUNT_SCHEMA, 8);
  readonly #machine = new IntervalMachine();
  readonly #options: EngineOptions;
  readonly #sink: FindingSink;
  readonly #districts: Districts;
  /** Slots by the channel that a meter is judged by; a changed resolution is another channel, and another slot. */
  #slots = new Map<string, number>();
  #keySlots = new Map<string, number>();
  #byChannel = new Map<string, { meter: WatchedMeter | undefined; isPrimary: boolean }>();
  #meters: WatchedMeter[] = [];
  #unknownRows = 0;
  #lateRows = 0;

  constructor(options: EngineOptions, sink: FindingSink, districts: Districts) {
    this.#options = options;
    this.#sink = sink;
    this.#districts = districts;
  }

  setRegistry(channels: readonly MeteredChannel[]): void {
    const watched = new Map<string, WatchedMeter>();
    for (const meta of primaryChannels(channels).values()) {
      const duty = this.#dutyOf(meta);
      if (duty !== undefined) watched.set(meta.meter, this.#watch(meta, duty));
    }
    this.#meters = [...watched.values()];
    this.#byChannel = new Map(
      channels.map((c) => {
        const meter = watched.get(c.meter);
        return [c.channel, { meter, isPrimary: meter?.meta.channel === c.channel }];
      }),
    );
  }

  knows(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  get meters(): readonly WatchedMeter[] {
    return this.#meters;
  }

  /** The state of a meter; valid until another meter's is asked for. */
  stateOf(meter: WatchedMeter): MeterState {
    this.#table.view.slot = meter.slot;
    return this.#table.view;
  }

  stats() {
    return {
      meters: this.#meters.filter(({ duty }) => duty.isJudged).length,
      unknownRows: this.#unknownRows,
      lateRows: this.#lateRows,
      bytesPerMeter: this.#table.bytesPerSlot,
    };
  }

  /** Takes one row of a page. */
  read(readings: ReadingColumns, row: number): void {
    const channel = readings.channels[readings.channelNos[row] ?? -1] ?? "";
    const known = this.#byChannel.get(channel);
    if (!known) this.#unknownRows++;
    if (!known?.meter) return;
    const { meter } = known;
    const state = this.stateOf(meter);
    const readAtMs = readings.readAtMs[row] ?? 0;
    const quality = readings.qualities[row] ?? 2;
    if (quality === 0) noteHeard(state, readAtMs, readings.origins[row] === 1);
    if (!known.isPrimary || !meter.duty.isMeasured) return;
    const reading = { readAtMs, counts: readings.counts[row] ?? 0n, quality, flags: readings.flags[row] ?? 0 };
    const isTaken = this.#machine.push(state, reading, meter.options, (interval) => this.#onInterval(meter, interval));
    if (!isTaken && meter.duty.isJudged) this.#lateRows++;
  }

  #onInterval(meter: WatchedMeter, interval: EmittedInterval): void {
    const litres = interval.counts * (meter.meta.litresPerCount ?? 0);
    this.#districts.add(meter.meta, interval, litres / 1000, this.stateOf(meter));
    if (!meter.duty.isJudged && !meter.duty.isAccountJudged) return;
    const { startMs, endMs, knownAtMs } = interval;
    const flow: Flow = { startMs, endMs, litres, isGood: interval.quality === 0 };
    const state = this.stateOf(meter);
    for (const rule of meter.intervalRules) {
      const openMs = rule.openMs(state);
      const step = rule.step(state, flow, meter.context);
      this.#report(meter, rule, step, openMs || rule.openMs(state), flow, knownAtMs, () =>
        rule.proof(state, meter.meta),
      );
    }
    this.#gatherHour(meter, state, flow, knownAtMs);
  }

  /** Adds an interval to its hour; the hour is judged at its end, and is good only when all its parts are. */
  #gatherHour(meter: WatchedMeter, state: MeterState, flow: Flow, knownAtMs: number): void {
    const partMs = flow.endMs - flow.startMs;
    if (partMs > HOUR_MS || HOUR_MS % partMs !== 0) return;
    if (flow.startMs % HOUR_MS === 0) {
      state.hourLitres = 0;
      state.hourParts = 0;
    }
    state.hourLitres += flow.litres;
    if (flow.isGood) state.hourParts++;
    if (flow.endMs % HOUR_MS !== 0) return;
    const isGood = state.hourParts === HOUR_MS / partMs;
    const hour = { startMs: flow.endMs - HOUR_MS, endMs: flow.endMs, litres: state.hourLitres, isGood };
    this.#onHour(meter, state, hour, knownAtMs);
  }

  #onHour(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    for (const rule of meter.hourRules) {
      const openMs = rule.openMs(state);
      const step = rule.step(state, hour, meter.context);
      this.#report(meter, rule, step, openMs || rule.openMs(state), hour, knownAtMs, () =>
        rule.proof(state, meter.meta),
      );
    }
    if (meter.isJudgedDaily) this.#gatherDay(meter, state, hour, knownAtMs);
  }

  #gatherDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const day = meter.calendar.dayOf(hour.startMs);
    if (state.day !== 0 && state.day !== day) this.#closeDay(meter, state, hour, knownAtMs);
    state.day = day;
    if (hour.isGood) {
      state.dayLitres += hour.litres;
      state.dayGoodHours++;
    }
    if (meter.calendar.dayOf(hour.endMs) !== day) this.#closeDay(meter, state, hour, knownAtMs);
  }

  #closeDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const { day } = state;
    const volume: DayVolume = {
      startMs: meter.calendar.instantOf(day),
      litres: state.dayLitres,
      goodHours: state.dayGoodHours,
    };
    state.day = 0;
    state.dayLitres = 0;
    state.dayGoodHours = 0;
    this.#judgeDay(meter, state, volume, hour, knownAtMs);
    if (meter.keySlot >= 0) this.#judgeKeyDay(meter, state, day, volume, hour, knownAtMs);
  }

  #judgeDay(meter: WatchedMeter, state: MeterState, volume: DayVolume, hour: Flow, knownAtMs: number): void {
    const openBefore = DAY_RULES.map((rule) => rule.openMs(state));
    const steps = stepDayRules(state, volume);
    for (const [i, rule] of DAY_RULES.entries()) {
      if (!meter.dayRules.includes(rule)) continue;
      const startMs = openBefore[i] || rule.openMs(state);
      this.#report(meter, rule, steps[i] ?? "none", startMs, hour, knownAtMs, () => rule.proof(state, meter.meta));
    }
  }

  #judgeKeyDay(
    meter: WatchedMeter,
    state: MeterState,
    day: number,
    volume: DayVolume,
    hour: Flow,
    knownAtMs: number,
  ): void {
    const usage = this.#keyTable.view;
    usage.slot = meter.keySlot;
    const ring = {
      get: (at: number) => this.#keyTable.ringAt("usageRing", meter.keySlot, at),
      set: (at: number, litres: number) => this.#keyTable.setRing("usageRing", meter.keySlot, at, litres),
    };
    const openMs = usage.usageOpenMs;
    const step = stepUsage(usage, ring, day, volume, LEAST_CHANGE_LITRES);
    const rule = {
      code: "USAGE_CHANGE",
      direction: usage.usageDirection === 1 ? "up" : "down",
      bit: USAGE_BIT,
    } as const;
    this.#report(meter, rule, step, openMs || usage.usageOpenMs, hour, knownAtMs, () => usageProof(usage), state);
  }

  /** Gives out what a step of a rule means: a finding opened, cleared, confirmed by live readings, or refreshed now and then. */
  #report(
    meter: WatchedMeter,
    rule: RuleSignal,
    step: Step,
    startMs: number,
    flow: Flow,
    atMs: number,
    proof: () => Proof,
    state: MeterState = this.stateOf(meter),
  ): void {
    if (step === "none") return;
    const mask = 1 << rule.bit;
    if (step === "open" && state.lastImportMs !== 0 && startMs <= state.lastImportMs) state.pastBits |= mask;
    const isConfirmed = (state.pastBits & mask) !== 0 && isLiveLongEnough(state, flow.endMs);
    if (isConfirmed) state.pastBits &= ~mask;
    const isPast = (state.pastBits & mask) !== 0;
    if (step === "clear") state.pastBits &= ~mask;
    const { refreshMs } = this.#options;
    const isDue = Math.floor(flow.endMs / refreshMs) !== Math.floor(flow.startMs / refreshMs);
    if (step === "hold" && !isConfirmed && !isDue) return;
    this.#sink.emit({
      type: step === "hold" ? "update" : step,
      rule: rule.code,
      direction: rule.direction,
      who: rule.bit === USAGE_BIT ? accountOf(meter) : meter.who,
      pricePerM3: meter.meta.pricePerM3,
      startMs,
      atMs,
      isPast,
      proof: step === "clear" ? null : proof(),
    });
  }

  shape() {
    return { meterBytes: this.#table.bytesPerSlot, keyAccountBytes: this.#keyTable.bytesPerSlot };
  }

  image(): MetersImage {
    return {
      channels: [...this.#slots.keys()],
      keyChannels: [...this.#keySlots.keys()],
      slots: this.#table.toBytes(this.#slots.size),
      keySlots: this.#keyTable.toBytes(this.#keySlots.size),
    };
  }

  restore(image: MetersImage): void {
    const before = this.#meters;
    this.#slots = new Map(image.channels.map((channel, slot) => [channel, slot]));
    this.#keySlots = new Map(image.keyChannels.map((channel, slot) => [channel, slot]));
    this.#table.fromBytes(image.slots, image.channels.length);
    this.#keyTable.fromBytes(image.keySlots, image.keyChannels.length);
    const watched = new Map(before.map(({ meta, duty }) => [meta.meter, this.#watch(meta, duty)]));
    this.#meters = [...watched.values()];
    for (const [channel, known] of this.#byChannel)
      this.#byChannel.set(channel, { ...known, meter: watched.get(known.meter?.meta.meter ?? "") });
  }

  /** Undefined where no subject of this shard needs the meter. */
  #dutyOf(meta: MeteredChannel): Duty | undefined {
    const { shard } = this.#options;
    const isJudged = isIn(shard, meta.meter);
    const isAccountJudged = isKeyMeter(meta) && isIn(shard, meta.account ?? meta.meter);
    const isMeasured = isJudged || isAccountJudged || this.#districts.needs(meta);
    if (!isMeasured && !(meta.agent !== null && isIn(shard, meta.agent))) return undefined;
    return { isJudged, isAccountJudged, isMeasured };
  }

  #watch(meta: MeteredChannel, duty: Duty): WatchedMeter {
    const slot = slotIn(this.#slots, meta.channel, this.#table);
    const rules = <Rule extends { appliesTo(meta: MeteredChannel): boolean }>(all: readonly Rule[]) =>
      duty.isJudged ? all.filter((rule) => rule.appliesTo(meta)) : [];
    return {
      meta,
      duty,
      slot,
      keySlot: duty.isAccountJudged ? slotIn(this.#keySlots, meta.channel, this.#keyTable) : -1,
      calendar: calendarOf(meta.zone),
      options: intervalOptionsOf(meta),
      who: subjectOf(meta),
      context: {
        meter: meta,
        floorRing: {
          get: (at) => this.#table.ringAt("floorRing", slot, at),
          set: (at, litres) => this.#table.setRing("floorRing", slot, at, litres),
        },
      },
      intervalRules: meta.periodMs <= HOUR_MS ? rules(INTERVAL_RULES) : [],
      hourRules: rules(HOUR_RULES),
      dayRules: rules(DAY_RULES),
      isJudgedDaily: meta.purpose === "customer",
    };
  }
}

function isKeyMeter(meta: MeteredChannel): boolean {
  return meta.isKeyAccount && meta.purpose === "customer";
}

function slotIn(slots: Map<string, number>, channel: string, table: { ensure(slots: number): void }): number {
  let slot = slots.get(channel);
  if (slot === undefined) {
    slot = slots.size;
    slots.set(channel, slot);
    table.ensure(slots.size);
  }
  return slot;
}

function noteHeard(state: MeterState, readAtMs: number, isImported: boolean): void {
  state.lastGoodMs = Math.max(state.lastGoodMs, readAtMs);
  if (isImported) state.lastImportMs = Math.max(state.lastImportMs, readAtMs);
  else if (state.liveSinceMs === 0) state.liveSinceMs = readAtMs;
}

/** Whether a day of live readings stands behind the meter. */
export function isLiveLongEnough(state: MeterState, atMs: number): boolean {
  return state.liveSinceMs !== 0 && atMs - state.liveSinceMs >= DAY_MS;
}

/** How a meter's judged register becomes intervals. */
export function intervalOptionsOf(meta: MeteredChannel): IntervalOptions {
  return {
    periodMs: meta.periodMs,
    capacityCounts: meta.capacityCounts,
    maxCountsPerHour: meta.maxCountsPerHour,
    isSigned: meta.quantity === "net_total",
  };
}

function subjectOf(meta: MeteredChannel): FindingSubject {
  return {
    subjectKind: "meter",
    subject: meta.meter,
    commodity: meta.commodity,
    currency: meta.currency,
    meter: meta.meter,
    dma: meta.dma,
    account: meta.account,
    isKeyAccount: meta.isKeyAccount,
    unitId: meta.unitId,
    unitPath: meta.unitPath,
  };
}

function accountOf(meter: WatchedMeter): FindingSubject {
  if (meter.meta.account === null) return meter.who;
  return { ...meter.who, subjectKind: "account", subject: meter.meta.account };
}
