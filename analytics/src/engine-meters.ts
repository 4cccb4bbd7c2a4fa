import type { ReadingColumns } from "@nightflow/storage";
import type { EngineOptions, FindingSink } from "./engine.ts";
import type { Districts } from "./engine-districts.ts";
import type { DayVolume } from "./pure/detectors/day.ts";
import { addDutyHour, dutyPace } from "./pure/detectors/duty.ts";
import type { Flow, Step } from "./pure/detectors/flow.ts";
import { beginRunHour, teachRunHour } from "./pure/detectors/flow-run.ts";
import { stepUsage } from "./pure/detectors/usage-change.ts";
import { stepVolume } from "./pure/detectors/volume-cusum.ts";
import type { District } from "./pure/district.ts";
import { type Proof, usageProof } from "./pure/evidence.ts";
import { type RuleView, viewsOf } from "./pure/explain.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { type EmittedInterval, IntervalMachine, type IntervalOptions } from "./pure/intervals.ts";
import { LateNotes, type LateReadings } from "./pure/late.ts";
import { calendarOf, isWeekend, type ZoneCalendar } from "./pure/local-time.ts";
import { cellsOf, KEY_ACCOUNT_SCHEMA, METER_SCHEMA, type MeterState } from "./pure/meter-table.ts";
import { type MeteredChannel, primaryChannels } from "./pure/registry.ts";
import { DAY_RULES, HOUR_RULES, INTERVAL_RULES, type MeterRule, type RuleContext, USAGE_BIT } from "./pure/rules.ts";
import { isIn } from "./pure/shards.ts";
import { SlotTable } from "./pure/slot-table.ts";
import { DEFAULT_TUNING } from "./pure/tuning.ts";
import type { MetersImage, SlotsPiece } from "./snapshot.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Meters that are given their slots in one go: some milliseconds. */
const SEATS = 20_000;

/** One meter at work: what the registry says of it, and its slots. There may be millions: it holds nothing that others hold too. */
export interface WatchedMeter {
  readonly meta: MeteredChannel;
  readonly kind: MeterKind;
  slot: number;
  /** Slot among the key accounts; -1 for others. */
  keySlot: number;
  /** The district whose customers' use it counts in. */
  readonly district: District | undefined;
}

/** What meters that are judged alike share. */
export interface MeterKind {
  /** What this shard does with them. */
  readonly duty: Duty;
  readonly calendar: ZoneCalendar;
  readonly options: IntervalOptions;
  readonly intervalRules: typeof INTERVAL_RULES;
  readonly hourRules: typeof HOUR_RULES;
  readonly dayRules: typeof DAY_RULES;
  readonly isJudgedDaily: boolean;
  /** Whether its hours teach a profile. */
  readonly hasProfile: boolean;
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

type MutableFlow = { -readonly [Name in keyof Flow]: Flow[Name] };
const newFlow = (): MutableFlow => ({ startMs: 0, endMs: 0, litres: 0, isGood: false });

/** What a replay of one meter needs to know of its present state. */
export interface ReplayBasis {
  readonly meta: MeteredChannel;
  /** Whether the meter itself is judged here, not its account alone. */
  readonly isMeterJudged: boolean;
  /** The newest reading that was judged; null when none was. */
  readonly judgedUntilMs: number | null;
  /** First live reading, and newest imported one; 0 when there is none. */
  readonly liveSinceMs: number;
  readonly lastImportMs: number;
}

/** The state of one meter as bytes. */
export interface MeterImage {
  readonly slot: Uint8Array;
  /** That of a key account's meter; null for others. */
  readonly keySlot: Uint8Array | null;
}

/** A page with its channels looked up once: rows find their meter by number. */
interface OpenPage {
  readonly readings: ReadingColumns;
  readonly judged: readonly (WatchedMeter | undefined)[];
  readonly countsHigh: Int32Array;
  readonly countsLow: Uint32Array;
}

/** The meters: a slot each in flat arrays, from reading to interval to rule. */
export class MeterWatch {
  readonly #table = new SlotTable(METER_SCHEMA);
  readonly #keyTable = new SlotTable(KEY_ACCOUNT_SCHEMA, 8);
  readonly #usageRing = this.#keyTable.ring("usageRing");
  readonly #machine = new IntervalMachine();
  readonly #options: EngineOptions;
  readonly #sink: FindingSink;
  readonly #districts: Districts;
  /** Slots by the channel that a meter is judged by; a changed resolution is another channel, and another slot. */
  #slots = new Map<string, number>();
  #keySlots = new Map<string, number>();
  /** Meters by the channel that they are judged by. */
  #judged = new Map<string, WatchedMeter>();
  /** The other channels of the registry, with their meter where it is watched. */
  #others = new Map<string, WatchedMeter | undefined>();
  #kinds = new Map<string, MeterKind>();
  #meters: WatchedMeter[] = [];
  #judgedMeters = 0;
  /** What is known of the store's channels by their number; a number stands for its name as long as that is the same. */
  #namesByKey: string[] = [];
  #metersByKey: (WatchedMeter | undefined)[] = [];
  #page: OpenPage | undefined;
  #unknownRows = 0;
  #lateRows = 0;
  readonly #late = new LateNotes();
  // At work: one meter, one interval, one hour at a time. No object is made for a reading.
  #meter: WatchedMeter | undefined;
  readonly #context: { -readonly [Name in keyof RuleContext]: RuleContext[Name] } = {
    meter: undefined as unknown as MeteredChannel,
    tuning: DEFAULT_TUNING,
    ...cellsOf(this.#table),
    localHour: 0,
    litresPerCount: 1,
  };
  readonly #flow = newFlow();
  readonly #hour = newFlow();
  readonly #onInterval = (interval: EmittedInterval) => {
    if (this.#meter) this.#take(this.#meter, interval);
  };

  constructor(options: EngineOptions, sink: FindingSink, districts: Districts) {
    this.#options = options;
    this.#sink = sink;
    this.#districts = districts;
  }

  setRegistry(channels: readonly MeteredChannel[]): void {
    const watched = new Map<string, WatchedMeter>();
    const primary = primaryChannels(channels);
    this.#table.ensure(primary.size);
    for (const meta of primary.values()) {
      const duty = this.#dutyOf(meta);
      if (duty !== undefined) watched.set(meta.meter, this.#watch(meta, duty));
    }
    this.#page = undefined;
    this.#namesByKey = [];
    this.#metersByKey = [];
    this.#meters = [...watched.values()];
    this.#judgedMeters = this.#meters.filter(({ kind }) => kind.duty.isJudged).length;
    this.#judged = new Map(this.#meters.map((meter) => [meter.meta.channel, meter]));
    this.#others = new Map();
    for (const { channel, meter } of channels)
      if (!this.#judged.has(channel)) this.#others.set(channel, watched.get(meter));
  }

  knows(channel: string): boolean {
    return this.#judged.has(channel) || this.#others.has(channel);
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
      meters: this.#judgedMeters,
      unknownRows: this.#unknownRows,
      lateRows: this.#lateRows,
      bytesPerMeter: this.#table.bytesPerSlot,
    };
  }

  /** Takes rows [from, to) of a page. */
  read(readings: ReadingColumns, from: number, to: number): void {
    this.#context.tuning = this.#options.tuning();
    const page = this.#page?.readings === readings ? this.#page : this.#open(readings);
    const { channelNos, origins, qualities, readAtMs } = readings;
    for (let row = from; row < to; row++) {
      const meter = page.judged[channelNos[row] ?? -1];
      if (meter === undefined) this.#readOther(readings, row);
      else {
        const state = this.stateOf(meter);
        if (qualities[row] === 0) noteHeard(state, readAtMs[row] ?? 0, origins[row] === 1);
        if (meter.kind.duty.isMeasured) this.#measure(meter, state, page, row);
      }
    }
  }

  /** The channels of a page that the registry does not know. */
  unknownIn(readings: ReadingColumns): string[] {
    const { judged } = this.#page?.readings === readings ? this.#page : this.#open(readings);
    return readings.channels.filter((channel, i) => judged[i] === undefined && !this.#others.has(channel));
  }

  #open(readings: ReadingColumns): OpenPage {
    const { buffer, byteOffset, length } = readings.counts;
    this.#page = {
      readings,
      judged: this.#lookUp(readings),
      countsLow: new Uint32Array(buffer, byteOffset, 2 * length),
      countsHigh: new Int32Array(buffer, byteOffset, 2 * length),
    };
    return this.#page;
  }

  /** Looking a name up among a million costs more than all the rules do; where the store numbers its channels each is looked up once. */
  #lookUp({ channels, channelKeys }: ReadingColumns): (WatchedMeter | undefined)[] {
    if (channelKeys === undefined) return channels.map((channel) => this.#judged.get(channel));
    const found = new Array<WatchedMeter | undefined>(channels.length);
    for (let i = 0; i < found.length; i++) {
      const [key, channel] = [channelKeys[i] ?? 0, channels[i] ?? ""];
      if (this.#namesByKey[key] !== channel) this.#remember(key, channel);
      found[i] = this.#metersByKey[key];
    }
    return found;
  }

  #remember(key: number, channel: string): void {
    // In order and without holes, as an array is fast.
    for (let at = this.#namesByKey.length; at < key; at++) {
      this.#namesByKey.push("");
      this.#metersByKey.push(undefined);
    }
    this.#namesByKey[key] = channel;
    this.#metersByKey[key] = this.#judged.get(channel);
  }

  /** A gauge, or a register that its meter is not judged by: it tells that the meter is heard. */
  #readOther(readings: ReadingColumns, row: number): void {
    const channel = readings.channels[readings.channelNos[row] ?? -1] ?? "";
    const meter = this.#others.get(channel);
    if (meter === undefined && !this.#others.has(channel)) this.#unknownRows++;
    if (meter === undefined || readings.qualities[row] !== 0) return;
    noteHeard(this.stateOf(meter), readings.readAtMs[row] ?? 0, readings.origins[row] === 1);
  }

  #measure(meter: WatchedMeter, state: MeterState, page: OpenPage, row: number): void {
    const { readings } = page;
    const { next } = this.#machine;
    next.readAtMs = readings.readAtMs[row] ?? 0;
    next.countsLow = page.countsLow[2 * row] ?? 0;
    next.countsHigh = page.countsHigh[2 * row + 1] ?? 0;
    next.quality = readings.qualities[row] ?? 2;
    next.flags = readings.flags[row] ?? 0;
    this.#meter = meter;
    const isTaken = this.#machine.pushNext(state, meter.kind.options, this.#onInterval);
    if (!isTaken) this.#noteLate(meter, next.readAtMs);
  }

  #noteLate({ meta, kind: { duty } }: WatchedMeter, readAtMs: number): void {
    if (duty.isJudged) this.#lateRows++;
    if (duty.isJudged || duty.isAccountJudged) this.#late.add(meta.channel, meta.periodMs, readAtMs);
  }

  /** The late readings of the meters judged here since they were last asked for. */
  takeLate(): LateReadings[] {
    return this.#late.take();
  }

  /** What a meter judged here is replayed with; undefined for other channels. */
  basisOf(channel: string): ReplayBasis | undefined {
    const meter = this.#judged.get(channel);
    if (!meter?.kind.duty.isMeasured) return undefined;
    const state = this.stateOf(meter);
    const { lastImportMs, liveSinceMs } = state;
    const judgedUntilMs = Math.max(state.anchorMs, state.hasPending ? state.pendingMs : 0);
    return {
      meta: meter.meta,
      isMeterJudged: meter.kind.duty.isJudged,
      judgedUntilMs: state.hasAnchor ? judgedUntilMs : null,
      lastImportMs,
      liveSinceMs,
    };
  }

  /** What the rules see of a meter judged here. */
  viewsOf(channel: string): RuleView[] {
    const meter = this.#judged.get(channel);
    if (!meter?.kind.duty.isJudged) return [];
    const state = this.stateOf(meter);
    const context = { ...this.#context, meter: meter.meta, litresPerCount: meter.meta.litresPerCount ?? 0 };
    return viewsOf(state, context, state.anchorMs);
  }

  /** The state of one meter, to be put into another engine by `putMeter`. */
  takeMeter(channel: string): MeterImage | undefined {
    const meter = this.#judged.get(channel);
    if (meter === undefined) return undefined;
    const { slot, keySlot } = meter;
    return { slot: this.#table.packSlot(slot), keySlot: keySlot < 0 ? null : this.#keyTable.packSlot(keySlot) };
  }

  /** Forgets everything of one meter, as if it had never been read. */
  clearMeter(channel: string): void {
    const meter = this.#judged.get(channel);
    if (meter === undefined) return;
    this.#table.clearSlot(meter.slot);
    if (meter.keySlot >= 0) this.#keyTable.clearSlot(meter.keySlot);
  }

  /** Takes over what was learnt of a meter elsewhere; when it was heard, and whether it is silent, stays. */
  putMeter(channel: string, image: MeterImage): void {
    const meter = this.#judged.get(channel);
    if (meter === undefined) return;
    const state = this.stateOf(meter);
    const { lastGoodMs, liveSinceMs, lastImportMs, silentOpenMs } = state;
    this.#table.unpackSlot(meter.slot, image.slot);
    if (image.keySlot !== null && meter.keySlot >= 0) this.#keyTable.unpackSlot(meter.keySlot, image.keySlot);
    Object.assign(state, { lastGoodMs, liveSinceMs, lastImportMs, silentOpenMs });
  }

  #take(meter: WatchedMeter, interval: EmittedInterval): void {
    const { kind, meta } = meter;
    const state = this.#table.view;
    const litres = interval.counts * (meta.litresPerCount ?? 0);
    this.#districts.add(meter, interval, litres / 1000, state);
    if (!kind.duty.isJudged && !kind.duty.isAccountJudged) return;
    const flow = this.#flow;
    flow.startMs = interval.startMs;
    flow.endMs = interval.endMs;
    flow.litres = litres;
    flow.isGood = interval.quality === 0;
    this.#context.meter = meta;
    this.#context.litresPerCount = meta.litresPerCount ?? 0;
    this.#judge(meter, state, kind.intervalRules, flow, flow, interval.knownAtMs);
    this.#gatherHour(meter, state, flow, interval.knownAtMs);
  }

  #judge<Input>(
    meter: WatchedMeter,
    state: MeterState,
    rules: readonly MeterRule<Input>[],
    input: Input,
    flow: Flow,
    knownAtMs: number,
  ): void {
    const context = this.#context;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i];
      if (rule === undefined) continue;
      const openMs = rule.openMs(state, context);
      const step = rule.step(state, input, context);
      if (step === "none") continue;
      const proof = () => rule.proof(state, context, input);
      this.#report(meter, rule, step, openMs || rule.openMs(state, context), flow, knownAtMs, state, proof);
    }
  }

  #judgeHour(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const context = this.#context;
    const { hasProfile, hourRules, calendar } = meter.kind;
    if (!hasProfile) {
      this.#judge(meter, state, hourRules, hour, hour, knownAtMs);
      return;
    }
    context.localHour = localHourOf(calendar, hour.startMs);
    beginRunHour(state, context.runs, hour);
    addDutyHour(state, context.profile, context.localHour, hour);
    this.#judge(meter, state, hourRules, hour, hour, knownAtMs);
    teachRunHour(state, context, hour, dutyPace(state, context.tuning.INTERMITTENT));
  }

  /** Adds an interval to its hour; the hour is judged at its end, and is good only when all its parts are. */
  #gatherHour(meter: WatchedMeter, state: MeterState, flow: Flow, knownAtMs: number): void {
    const partMs = flow.endMs - flow.startMs;
    if (partMs > HOUR_MS || !isWhole(HOUR_MS, partMs)) return;
    if (isWhole(flow.startMs, HOUR_MS)) {
      state.hourLitres = 0;
      state.hourParts = 0;
    }
    state.hourLitres += flow.litres;
    if (flow.isGood) state.hourParts++;
    if (!isWhole(flow.endMs, HOUR_MS)) return;
    const hour = this.#hour;
    hour.startMs = flow.endMs - HOUR_MS;
    hour.endMs = flow.endMs;
    hour.litres = state.hourLitres;
    hour.isGood = state.hourParts === HOUR_MS / partMs;
    this.#judgeHour(meter, state, hour, knownAtMs);
    if (meter.kind.isJudgedDaily) this.#gatherDay(meter, state, hour, knownAtMs);
  }

  #gatherDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const { calendar } = meter.kind;
    const day = calendar.dayOf(hour.startMs);
    if (state.day !== 0 && state.day !== day) this.#closeDay(meter, state, hour, knownAtMs);
    state.day = day;
    if (hour.isGood) {
      noteHour(state, hour.litres);
    }
    if (calendar.dayOf(hour.endMs) !== day) this.#closeDay(meter, state, hour, knownAtMs);
  }

  #closeDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const { day } = state;
    const volume: DayVolume = {
      startMs: meter.kind.calendar.instantOf(day),
      litres: state.dayLitres,
      goodHours: state.dayGoodHours,
      flowHours: state.dayFlowHours,
      peakLitres: state.daySecond,
      dutySum: state.dutySum,
      isWeekend: isWeekend(day),
    };
    startDay(state);
    this.#judge(meter, state, meter.kind.dayRules, volume, hour, knownAtMs);
    // A key account's days are judged by another rule; NO_USE wants to know them too.
    if (meter.meta.isKeyAccount) stepVolume(state, volume, this.#context.tuning.USAGE_CHANGE);
    if (meter.keySlot >= 0) this.#judgeKeyDay(meter, state, day, volume, hour, knownAtMs);
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
    const openMs = usage.usageOpenMs;
    const step = stepUsage(usage, this.#usageRing, day, volume, this.#context.tuning.USAGE_CHANGE);
    const rule = {
      code: "USAGE_CHANGE",
      direction: usage.usageDirection === 1 ? "up" : "down",
      bit: USAGE_BIT,
    } as const;
    const proof = () => usageProof(usage, this.#context.tuning.USAGE_CHANGE);
    this.#report(meter, rule, step, openMs || usage.usageOpenMs, hour, knownAtMs, state, proof);
  }

  /** Gives out what a step of a rule means: a finding opened, cleared, confirmed by live readings, or refreshed now and then. */
  #report(
    meter: WatchedMeter,
    rule: RuleSignal,
    step: Step,
    startMs: number,
    flow: Flow,
    atMs: number,
    state: MeterState,
    proofOf: () => Proof,
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
      who: rule.bit === USAGE_BIT && isKeyMeter(meter.meta) ? accountOf(meter.meta) : subjectOf(meter.meta),
      pricePerM3: meter.meta.pricePerM3,
      startMs,
      atMs,
      isPast,
      proof: step === "clear" ? null : proofOf(),
    });
  }

  /** Bytes of the slots in an image. */
  slotBytes() {
    return { meter: this.#table.bytesPerSlot, keyAccount: this.#keyTable.bytesPerSlot };
  }

  /** Slots in use. */
  slotCounts() {
    return { meters: this.#slots.size, keyAccounts: this.#keySlots.size };
  }

  image(): MetersImage {
    return {
      channels: [...this.#slots.keys()],
      keyChannels: [...this.#keySlots.keys()],
      slots: this.#table.image(this.#slots.size),
      keySlots: this.#keyTable.image(this.#keySlots.size),
    };
  }

  restore(image: MetersImage): void {
    this.beginRestore();
    this.putSlots({ table: "meters", first: 0, channels: image.channels, slots: image.slots });
    this.putSlots({ table: "keyAccounts", first: 0, channels: image.keyChannels, slots: image.keySlots });
    for (const _ of this.seatAll());
  }

  /** All slots, at most `most` at a time. Nothing may be read in between. */
  *slotPieces(most: (bytesPerSlot: number) => number): Generator<SlotsPiece> {
    for (const table of ["meters", "keyAccounts"] as const) {
      const { slots, memory } = this.#tableOf(table);
      const channels = [...slots.keys()];
      const step = most(memory.bytesPerSlot);
      for (let first = 0; first < channels.length; first += step) {
        const some = channels.slice(first, first + step);
        yield { table, first, channels: some, slots: memory.image(some.length, first) };
      }
    }
  }

  /** Forgets which meter has which slot: `putSlots` tells it anew, `seatAll` ends it. For an engine that has read nothing. */
  beginRestore(): void {
    this.#slots = new Map();
    this.#keySlots = new Map();
  }

  putSlots(piece: SlotsPiece): void {
    const { slots, memory } = this.#tableOf(piece.table);
    for (const channel of piece.channels) slots.set(channel, slots.size);
    memory.fromImage(piece.slots, piece.channels.length, piece.first);
  }

  /** Gives every meter its slots; stops for breath after every `SEATS` of them. */
  *seatAll(): Generator<void> {
    for (const [at, meter] of this.#meters.entries()) {
      this.#seat(meter);
      if (at % SEATS === SEATS - 1) yield;
    }
  }

  #tableOf(table: SlotsPiece["table"]) {
    return table === "meters"
      ? { slots: this.#slots, memory: this.#table }
      : { slots: this.#keySlots, memory: this.#keyTable };
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
    const meter = {
      meta,
      kind: this.#kindOf(meta, duty),
      slot: 0,
      keySlot: -1,
      district: this.#districts.around(meta),
    };
    this.#seat(meter);
    return meter;
  }

  /** Gives a meter its slots, the ones that its channel had before. */
  #seat(meter: WatchedMeter): void {
    const { channel } = meter.meta;
    meter.slot = slotIn(this.#slots, channel, this.#table);
    meter.keySlot = meter.kind.duty.isAccountJudged ? slotIn(this.#keySlots, channel, this.#keyTable) : -1;
  }

  #kindOf(meta: MeteredChannel, duty: Duty): MeterKind {
    const { commodity, purpose, isKeyAccount, zone } = meta;
    const options = intervalOptionsOf(meta);
    const key = JSON.stringify([commodity, purpose, isKeyAccount, zone, duty, options]);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = kindOf(meta, duty, options);
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}

function kindOf(meta: MeteredChannel, duty: Duty, options: IntervalOptions): MeterKind {
  const rules = <Rule extends { appliesTo(meta: MeteredChannel): boolean }>(all: readonly Rule[]) =>
    duty.isJudged ? all.filter((rule) => rule.appliesTo(meta)) : [];
  return {
    duty,
    calendar: calendarOf(meta.zone),
    options,
    intervalRules: meta.periodMs <= HOUR_MS ? rules(INTERVAL_RULES) : [],
    hourRules: rules(HOUR_RULES),
    dayRules: rules(DAY_RULES),
    isJudgedDaily: meta.purpose === "customer",
    hasProfile: duty.isJudged && meta.purpose === "customer" && meta.commodity === "water",
  };
}

/** Whether an instant or a length is a whole multiple of a step. `%` of numbers this large is a call into the C library. */
function isWhole(ms: number, stepMs: number): boolean {
  return Math.floor(ms / stepMs) * stepMs === ms;
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

/** Whole hours on the wall clock, 0 to 23; without the remainder of large numbers, which is slow. */
function localHourOf(calendar: ZoneCalendar, utcMs: number): number {
  const hour = Math.floor((utcMs + calendar.offsetMs(utcMs)) / HOUR_MS);
  return hour - 24 * Math.floor(hour / 24);
}

/** Adds a good hour to its day. */
function noteHour(state: MeterState, litres: number): void {
  state.dayLitres += litres;
  state.dayGoodHours++;
  if (litres > 0) state.dayFlowHours++;
  if (litres <= state.daySecond) return;
  state.daySecond = Math.min(litres, state.dayPeak);
  state.dayPeak = Math.max(litres, state.dayPeak);
}

function startDay(state: MeterState): void {
  state.day = 0;
  state.dayLitres = 0;
  state.dayGoodHours = 0;
  state.dayFlowHours = 0;
  state.dayPeak = 0;
  state.daySecond = 0;
  state.dutySum = 0;
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

/** A meter as the subject of a finding. */
export function subjectOf(meta: MeteredChannel): FindingSubject {
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

function accountOf(meta: MeteredChannel): FindingSubject {
  const meter = subjectOf(meta);
  return meta.account === null ? meter : { ...meter, subjectKind: "account", subject: meta.account };
}
