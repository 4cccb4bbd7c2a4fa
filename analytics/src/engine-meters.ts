import type { ReadingColumns } from "@nightflow/storage";
import type { AccountParts } from "./account-parts.ts";
import type { EngineOptions, FindingSink } from "./engine.ts";
import type { Districts } from "./engine-districts.ts";
import { StandstillWatch } from "./engine-standstill.ts";
import { MeterBook } from "./meter-book.ts";
import { MeterFindings } from "./meter-findings.ts";
import { MeterJudge } from "./meter-judge.ts";
import { type MeterImage, MeterSlots } from "./meter-slots.ts";
import type { RuleView } from "./pure/explain.ts";
import { type EmittedInterval, IntervalMachine, type NextReading } from "./pure/intervals.ts";
import { LateNotes, type LateReadings } from "./pure/late.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import type { MetersImage, SlotsPiece } from "./snapshot.ts";
import type { WatchedMeter } from "./watched-meter.ts";

/** What a replay of one meter needs to know of its present state. */
export interface ReplayBasis {
  readonly meta: MeteredChannel;
  /** Whether the meter itself is judged here, not its account alone. */
  readonly isMeterJudged: boolean;
  /** Whether REVERSE goes by a register of its own, which is not replayed. */
  readonly hasReverseRegister: boolean;
  /** The newest reading that was judged; null when none was. */
  readonly judgedUntilMs: number | null;
  /** First live reading, and newest imported one; 0 when there is none. */
  readonly liveSinceMs: number;
  readonly lastImportMs: number;
}

/** A page with its channels looked up once: rows find their meter by number. */
interface OpenPage {
  readonly readings: ReadingColumns;
  readonly judged: readonly (WatchedMeter | undefined)[];
  readonly countsHigh: Int32Array;
  readonly countsLow: Uint32Array;
}

/** The meters, from reading to interval: what the book knows, the slots keep and the judge is told. */
export class MeterWatch {
  readonly #options: EngineOptions;
  readonly #districts: Districts;
  readonly #slots = new MeterSlots();
  readonly #book: MeterBook;
  readonly #judge: MeterJudge;
  readonly #standstills: StandstillWatch;
  readonly #machine = new IntervalMachine();
  readonly #late = new LateNotes();
  #page: OpenPage | undefined;
  #unknownRows = 0;
  #lateRows = 0;
  #meter: WatchedMeter | undefined;
  readonly #onInterval = (interval: EmittedInterval) => {
    if (this.#meter) this.#judge.take(this.#meter, interval);
  };

  constructor(options: EngineOptions, sink: FindingSink, districts: Districts) {
    this.#options = options;
    this.#districts = districts;
    this.#book = new MeterBook(options, districts, this.#slots);
    this.#standstills = new StandstillWatch(options.shard, sink, this.#slots, () => this.#book.meters);
    this.#judge = new MeterJudge(this.#slots, districts, new MeterFindings(options, sink), this.#standstills);
  }

  /** Takes the registry in steps; nothing may be fed in between. */
  *registering(primary: ReadonlyMap<string, MeteredChannel>, channels: readonly MeteredChannel[]): Generator<void> {
    this.#page = undefined;
    yield* this.#book.registering(primary, channels);
    this.#standstills.registryChanged();
  }

  knows(channel: string): boolean {
    return this.#book.knows(channel);
  }

  get meters(): readonly WatchedMeter[] {
    return this.#book.meters;
  }

  /** The state of a meter; valid until another meter's is asked for. */
  stateOf(meter: WatchedMeter): MeterState {
    return this.#slots.stateOf(meter);
  }

  /** Since when the register of a meter that is heard says nothing; 0 while there is no finding of that. */
  gapOf(meter: WatchedMeter): number {
    return meter.sideSlot < 0 ? 0 : this.#slots.sideOf(meter).gapOpenMs;
  }

  setGap(meter: WatchedMeter, sinceMs: number): void {
    this.#slots.seatAside(meter);
    this.#slots.sideOf(meter).gapOpenMs = sinceMs;
  }

  stats() {
    return {
      meters: this.#book.judgedMeters,
      unknownRows: this.#unknownRows,
      lateRows: this.#lateRows,
      bytesPerMeter: this.#slots.table.bytesPerSlot,
    };
  }

  /** Takes rows [from, to) of a page. */
  read(readings: ReadingColumns, from: number, to: number): void {
    this.#judge.setTuning(this.#options.tuning());
    const page = this.#page?.readings === readings ? this.#page : this.#open(readings);
    const { channelNos, origins, qualities, readAtMs } = readings;
    for (let row = from; row < to; row++) {
      const meter = page.judged[channelNos[row] ?? -1];
      if (meter === undefined) this.#readOther(page, row);
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
    return readings.channels.filter((channel, i) => judged[i] === undefined && !this.#book.knows(channel));
  }

  #open(readings: ReadingColumns): OpenPage {
    const { buffer, byteOffset, length } = readings.counts;
    this.#page = {
      readings,
      judged: this.#book.lookUp(readings),
      countsLow: new Uint32Array(buffer, byteOffset, 2 * length),
      countsHigh: new Int32Array(buffer, byteOffset, 2 * length),
    };
    return this.#page;
  }

  /** A gauge, or a register that its meter is not judged by: it tells that the meter is heard. */
  #readOther(page: OpenPage, row: number): void {
    const { readings } = page;
    const channel = readings.channels[readings.channelNos[row] ?? -1] ?? "";
    const meter = this.#book.ownerOf(channel);
    if (meter === undefined && !this.#book.knows(channel)) this.#unknownRows++;
    if (meter === undefined || readings.qualities[row] !== 0) return;
    const state = this.stateOf(meter);
    noteHeard(state, readings.readAtMs[row] ?? 0, readings.origins[row] === 1);
    if (meter.reverse?.channel === channel) this.#judge.takeReverse(meter, state, this.#read(page, row));
  }

  #measure(meter: WatchedMeter, state: MeterState, page: OpenPage, row: number): void {
    const { readAtMs } = this.#read(page, row);
    this.#meter = meter;
    const isTaken = this.#machine.pushNext(state, meter.kind.options, this.#onInterval);
    if (!isTaken) this.#noteLate(meter, readAtMs);
  }

  /** A row of a register, where the interval machine takes it from. */
  #read({ readings, countsLow, countsHigh }: OpenPage, row: number): NextReading {
    const { next } = this.#machine;
    next.readAtMs = readings.readAtMs[row] ?? 0;
    next.countsLow = countsLow[2 * row] ?? 0;
    next.countsHigh = countsHigh[2 * row + 1] ?? 0;
    next.quality = readings.qualities[row] ?? 2;
    next.flags = readings.flags[row] ?? 0;
    return next;
  }

  #noteLate({ meta, families, kind: { duty } }: WatchedMeter, readAtMs: number): void {
    if (families !== undefined) this.#districts.families.noteLate(families, readAtMs, meta.periodMs);
    if (duty.isJudged) this.#lateRows++;
    if (duty.isJudged || duty.isAccountJudged || this.#districts.counts(meta))
      this.#late.add(meta.channel, meta.periodMs, readAtMs);
  }

  /** The late readings of the meters judged here since they were last asked for. */
  takeLate(): LateReadings[] {
    return this.#late.take();
  }

  /** What a meter judged here is replayed with; undefined for other channels. */
  basisOf(channel: string): ReplayBasis | undefined {
    const meter = this.#book.judgedBy(channel);
    if (!meter?.kind.duty.isMeasured) return undefined;
    const state = this.stateOf(meter);
    const { lastImportMs, liveSinceMs } = state;
    const judgedUntilMs = Math.max(state.anchorMs, state.hasPending ? state.pendingMs : 0);
    return {
      meta: meter.meta,
      isMeterJudged: meter.kind.duty.isJudged,
      hasReverseRegister: meter.reverse !== undefined,
      judgedUntilMs: state.hasAnchor ? judgedUntilMs : null,
      lastImportMs,
      liveSinceMs,
    };
  }

  /** What the rules see of a meter judged here. */
  viewsOf(channel: string): RuleView[] {
    const meter = this.#book.judgedBy(channel);
    if (!meter?.kind.duty.isJudged) return [];
    return this.#judge.viewsOf(meter, this.stateOf(meter));
  }

  /** The state of one meter, to be put into another engine by `putMeter`. */
  takeMeter(channel: string): MeterImage | undefined {
    const meter = this.#book.judgedBy(channel);
    return meter && this.#slots.pack(meter);
  }

  /** Forgets everything of one meter, as if it had never been read. */
  clearMeter(channel: string): void {
    const meter = this.#book.judgedBy(channel);
    if (meter) this.#slots.clear(meter);
    if (meter?.account !== undefined) this.#judge.accountParts.forget(meter.account);
  }

  /** Takes over what was learnt of a meter elsewhere; when it was heard, and whether it is silent, stays. */
  putMeter(channel: string, image: MeterImage): void {
    const meter = this.#book.judgedBy(channel);
    if (meter) this.#slots.unpack(meter, image);
  }

  /** Bytes of the slots in an image. */
  slotBytes() {
    return this.#slots.slotBytes();
  }

  /** What some meters of key accounts have told of a part of an hour, and others not yet. */
  get accountParts(): AccountParts {
    return this.#judge.accountParts;
  }

  /** Where many meters stand still at once, since when. */
  standstills(): [string, number][] {
    return this.#standstills.image();
  }

  restoreStandstills(image: readonly (readonly [string, number])[]): void {
    this.#standstills.restore(image);
  }

  /** Slots in use. */
  slotCounts() {
    return this.#slots.slotCounts();
  }

  image(): MetersImage {
    return this.#slots.image();
  }

  restore(image: MetersImage): void {
    this.#slots.restore(image);
    this.#book.reseat();
  }

  /** All slots, at most `most` at a time. Nothing may be read in between. */
  slotPieces(most: (bytesPerSlot: number) => number): Generator<SlotsPiece> {
    return this.#slots.slotPieces(most);
  }

  /** Forgets what every meter has learnt, and makes room for so many; `putSlots` tells it anew. */
  beginRestore(counts: { readonly meters: number; readonly keyAccounts: number; readonly sides: number }): void {
    this.#slots.beginRestore(counts);
  }

  /** Call it after the last `putSlots`. */
  reseat(): void {
    this.#book.reseat();
  }

  putSlots(piece: SlotsPiece): void {
    this.#slots.putSlots(piece);
  }
}

function noteHeard(state: MeterState, readAtMs: number, isImported: boolean): void {
  state.lastGoodMs = Math.max(state.lastGoodMs, readAtMs);
  if (isImported) state.lastImportMs = Math.max(state.lastImportMs, readAtMs);
  else if (state.liveSinceMs === 0) state.liveSinceMs = readAtMs;
}
