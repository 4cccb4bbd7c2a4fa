import { setImmediate as nextTurn } from "node:timers/promises";
import type { RuleCode } from "@nightflow/domain";
import type { Curve, ReadingColumns } from "@nightflow/storage";
import { Districts } from "./engine-districts.ts";
import type { FamilyBasis, StaleFamily } from "./engine-families.ts";
import { MeterWatch, type ReplayBasis } from "./engine-meters.ts";
import { type GaugeBasis, type PressureImage, PressureWatch } from "./engine-pressure.ts";
import { SilenceWatch } from "./engine-silence.ts";
import { Weather } from "./engine-weather.ts";
import type { MeterImage } from "./meter-slots.ts";
import type { DistrictImage, MovedOf } from "./pure/district.ts";
import type { FamilyLater } from "./pure/districts/family-past.ts";
import type { EpisodeChange } from "./pure/episodes.ts";
import type { Proof } from "./pure/evidence.ts";
import type { RuleView } from "./pure/explain.ts";
import type { DmaNight, FindingEvent, FindingSubject } from "./pure/finding.ts";
import { intervalsOf } from "./pure/intervals.ts";
import type { LateReadings, LateSpan } from "./pure/late.ts";
import { calendarOf, dateTextOf } from "./pure/local-time.ts";
import { type MeteredChannel, prefer } from "./pure/registry.ts";
import { type Shard, WHOLE } from "./pure/shards.ts";
import { DEFAULT_TUNING, type RuleTuning } from "./pure/tuning.ts";
import { type EngineImage, PieceReader, packRest, packSlots, packSnapshot, unpackSnapshot } from "./snapshot.ts";
import { findingOf, toldChanges } from "./told.ts";
import { intervalOptionsOf } from "./watched-meter.ts";

/** What a piece of a snapshot should be at most: some milliseconds to make, and no burden to a database. */
const PIECE_BYTES = 8 << 20;
/** Channels of a registry between two turns of the event loop: some milliseconds. */
const STEP_CHANNELS = 20_000;
/** A channel's name in a piece, quotes and comma with it. */
const NAME_BYTES = 40;

/** Settings of the detectors. */
export interface EngineOptions {
  /** How often an open finding gives an update, ms of reading time. */
  readonly refreshMs: number;
  /** Age of the last good reading from which a meter is silent. */
  readonly silentAfterMs: number;
  readonly graceMs: number;
  /** The part of all subjects that is judged here: what one shard finds no other finds, together they find all. */
  readonly shard: Shard;
  /** Parameters of the rules; asked for with every page, so that what people change holds from the next page on. */
  readonly tuning: () => RuleTuning;
}

export const DEFAULT_ENGINE_OPTIONS: EngineOptions = {
  refreshMs: 6 * 3_600_000,
  silentAfterMs: 24 * 3_600_000,
  graceMs: 15 * 60_000,
  shard: WHOLE,
  tuning: () => DEFAULT_TUNING,
};

/** What a page of readings brought. */
export interface EngineOutput {
  readonly events: readonly FindingEvent[];
  readonly nights: readonly DmaNight[];
}

/** What judging the nights of a district again has shown. */
export interface DistrictReplay {
  readonly dma: string;
  /** What of the findings is another one with the sums of today than with those that the nights were judged by. */
  readonly changes: readonly EpisodeChange[];
  /** Rows of nights that are other ones now. */
  readonly nights: readonly DmaNight[];
  /** What the district has learnt. */
  readonly image: DistrictImage;
  /** First and last local date whose sums have changed. */
  readonly from: string;
  readonly to: string;
}

/** What judging the days of a parent meter again has shown. */
export interface FamilyReplay {
  readonly parent: string;
  readonly changes: readonly EpisodeChange[];
  readonly later: FamilyLater;
  /** First and last local date that has other readings. */
  readonly from: string;
  readonly to: string;
}

/** Where the parts of the engine put what they find. */
export interface FindingSink {
  emit(finding: Signal): void;
  night(row: DmaNight): void;
}

/** A step of a finding before money and evidence are worked out. */
export interface Signal {
  readonly type: FindingEvent["type"];
  readonly rule: RuleCode;
  readonly direction: "up" | "down";
  readonly who: FindingSubject;
  readonly pricePerM3: number;
  readonly startMs: number;
  readonly atMs: number;
  readonly isPast: boolean;
  /** Null when the finding is cleared. */
  readonly proof: Proof | null;
}

/**
 * The detectors and their state: pages of readings in, findings out. Deterministic: the same readings in the same order give the
 * same findings, whether they come at once, in pages, live, or after a restart from a snapshot.
 */
export class Engine {
  readonly #meters: MeterWatch;
  readonly #districts: Districts;
  readonly #silence: SilenceWatch;
  readonly #pressure: PressureWatch;
  readonly #weather = new Weather();
  #events: FindingEvent[] = [];
  #nights: DmaNight[] = [];
  #hasRegistry = false;
  /** What a snapshot says of districts, for the registry that is yet to come. */
  #untaken: Omit<EngineImage, "meters"> | undefined;

  constructor(channels: readonly MeteredChannel[], options: Partial<EngineOptions> = {}) {
    const settings = { ...DEFAULT_ENGINE_OPTIONS, ...options };
    const sink: FindingSink = {
      emit: (signal) => this.#events.push(findingOf(signal)),
      night: (row) => this.#nights.push(row),
    };
    this.#districts = new Districts(sink, settings, this.#weather);
    this.#meters = new MeterWatch(settings, sink, this.#districts);
    this.#silence = new SilenceWatch(settings, sink, this.#meters);
    this.#pressure = new PressureWatch(sink, settings);
    this.setRegistry(channels);
  }

  /** Takes a newer registry; the state of meters stays. */
  setRegistry(channels: readonly MeteredChannel[]): void {
    for (const _ of this.#registering(channels));
  }

  /** `setRegistry` in which others get their turn; nothing may be fed until it is done. */
  async takeRegistry(channels: readonly MeteredChannel[]): Promise<void> {
    for (const _ of this.#registering(channels)) await nextTurn();
  }

  *#registering(channels: readonly MeteredChannel[]): Generator<void> {
    const primary = new Map<string, MeteredChannel>();
    for (const [at, channel] of channels.entries()) {
      prefer(primary, channel);
      if (at % STEP_CHANNELS === 0) yield;
    }
    this.#weather.setRegistry(channels);
    this.#districts.setRegistry([...primary.values()]);
    yield;
    yield* this.#meters.registering(primary, channels);
    this.#pressure.setRegistry(channels);
    this.#hasRegistry = channels.length > 0;
    if (this.#untaken === undefined || !this.#hasRegistry) return;
    this.#restoreRest(this.#untaken);
    this.#untaken = undefined;
  }

  /** Takes the outdoor air from another engine's sensors: a replay of one meter has none of its own. */
  followWeatherOf(other: Engine): void {
    this.followWeather(other.#weather);
  }

  /** Takes the outdoor air from elsewhere. */
  followWeather(weather: Weather): void {
    this.#weather.follow(weather);
  }

  /** Whether the registry knows a channel. */
  knows(channel: string): boolean {
    return this.#meters.knows(channel);
  }

  /** The channels of a page that the registry does not know. */
  unknownIn(readings: ReadingColumns): string[] {
    return this.#meters.unknownIn(readings);
  }

  /** Runs rows [from, to) of a page through intervals and detectors. Rows of unknown channels are passed over and counted. */
  feed(readings: ReadingColumns, from = 0, to = readings.length): EngineOutput {
    this.#weather.read(readings, from, to);
    this.#meters.read(readings, from, to);
    this.#pressure.read(readings, from, to);
    this.#districts.flush();
    return this.#take();
  }

  /** Readings that came behind newer ones since they were last asked for: their meters are to be replayed. */
  takeLate(): LateReadings[] {
    return [...this.#meters.takeLate(), ...this.#pressure.takeLate()];
  }

  /** What a gauge is judged again with: all gauges of its districts; undefined where the channel is no gauge that is judged here. */
  gaugeBasisOf(channel: string): GaugeBasis | undefined {
    return this.#pressure.basisOf(channel);
  }

  /** What is known of all gauges. */
  takeGauges(): PressureImage {
    return this.#pressure.image();
  }

  /** Takes over what was learnt elsewhere of some gauges and their districts; where their readings come from stays. */
  putGauges(image: PressureImage): void {
    this.#pressure.put(image);
  }

  /** What the meter judged by `channel` is replayed with; undefined when none is judged here. */
  basisOf(channel: string): ReplayBasis | undefined {
    return this.#meters.basisOf(channel);
  }

  /** The state of one meter, for `putMeter` of another engine of the same shard. */
  takeMeter(channel: string): MeterImage | undefined {
    return this.#meters.takeMeter(channel);
  }

  /** Forgets everything of one meter, as if it had never been read. */
  clearMeter(channel: string): void {
    this.#meters.clearMeter(channel);
  }

  /** Takes over what another engine has learnt of one meter. */
  putMeter(channel: string, image: MeterImage): void {
    this.#meters.putMeter(channel, image);
  }

  /** Whether late readings of a meter change the sums of a district judged here. */
  countsInDistrict(meter: MeteredChannel): boolean {
    return this.#districts.counts(meter);
  }

  /** Puts right what late readings show a meter to have measured, in the sums of its districts; told twice it changes nothing. */
  correctDistricts(meter: MeteredChannel, late: readonly LateSpan[], movedOf: MovedOf): void {
    this.#districts.correct(meter, late, movedOf);
  }

  /** Districts some of whose judged nights have other sums now. */
  staleDistricts(): string[] {
    return this.#districts.stale();
  }

  /** Judges the nights of a district again, without changing it; null when nothing is kept from before the first that changed. */
  replayDistrict(dma: string): DistrictReplay | null {
    const courses = this.#districts.coursesOf(dma);
    if (courses === null) return null;
    const changes = toldChanges(courses);
    const { nights, image, firstDay, lastDay } = courses;
    return { dma, changes, nights, image, from: dateTextOf(firstDay), to: dateTextOf(lastDay) };
  }

  /** Takes over what a district has learnt by a replay; null leaves its nights as they were judged. */
  settleDistrict(dma: string, replay: DistrictReplay | null): void {
    this.#districts.settle(dma, replay?.image ?? null);
  }

  /** Parents some of whose judged days have other readings now. */
  staleFamilies(): StaleFamily[] {
    return this.#districts.families.stale();
  }

  /** The registers that a parent's stale days are judged again by; undefined when none is stale. */
  familyBasisOf(parent: string): FamilyBasis | undefined {
    return this.#districts.families.basisOf(parent);
  }

  /** Judges a parent's stale days again by its members' curves (in the order of the basis), without changing it; null when none is stale. */
  replayFamily(parent: string, { members }: FamilyBasis, curves: readonly Curve[]): FamilyReplay | null {
    const intervals = members.map((meta, no) => {
      const curve = curves[no];
      return curve === undefined ? [] : intervalsOf(curve, intervalOptionsOf(meta)).rows;
    });
    const courses = this.#districts.families.coursesOf(parent, intervals);
    if (courses === null) return null;
    const { zone } = members[0] ?? { zone: "UTC" };
    const [from = "", to = ""] = [courses.fromMs, courses.toMs - 1].map((ms) => dateTextOf(calendarOf(zone).dayOf(ms)));
    return { parent, changes: toldChanges(courses), later: courses.later, from, to };
  }

  /** Takes over what a parent's days judged again have taught; null leaves them as they were judged. */
  settleFamily(parent: string, replay: FamilyReplay | null): void {
    this.#districts.families.settle(parent, replay?.later ?? null);
  }

  /** What the rules see of the meter judged by `channel`; empty when none is judged here. */
  viewsOf(channel: string): RuleView[] {
    return this.#meters.viewsOf(channel);
  }

  /** Lets time pass: who has not been heard for too long. Call it only when the feed is read to its end. */
  tick(nowMs: number): EngineOutput {
    this.#silence.judge(nowMs);
    return this.#take();
  }

  stats(): {
    readonly meters: number;
    readonly unknownRows: number;
    readonly lateRows: number;
    readonly bytesPerMeter: number;
  } {
    return this.#meters.stats();
  }

  /** The whole state as bytes: versioned, with a CRC. */
  snapshot(): Uint8Array {
    return packSnapshot({
      meters: this.#meters.image(),
      districts: this.#districts.image(),
      silence: this.#silence.image(),
      standstills: this.#meters.standstills(),
      pressure: this.#pressure.image(),
      weather: this.#weather.image(),
      families: this.#districts.familiesImage(),
      accountParts: this.#meters.accountParts.image(),
    });
  }

  /**
   * Takes the state of a snapshot.
   *
   * @throws {SnapshotError} when the bytes are damaged or of another version; the engine is unchanged then.
   */
  restore(bytes: Uint8Array): void {
    const image = unpackSnapshot(bytes, this.#meters.slotBytes());
    this.#meters.restore(image.meters);
    this.#restoreRest(image);
  }

  /**
   * The whole state in pieces of about `pieceBytes`, each made when it is asked for: some milliseconds. Feed nothing until the
   * last is taken.
   */
  *snapshotPieces(pieceBytes = PIECE_BYTES): Generator<Uint8Array> {
    yield packRest({
      ...this.#meters.slotCounts(),
      districts: this.#districts.image(),
      silence: this.#silence.image(),
      standstills: this.#meters.standstills(),
      pressure: this.#pressure.image(),
      weather: this.#weather.image(),
      families: this.#districts.familiesImage(),
      accountParts: this.#meters.accountParts.image(),
    });
    const most = (bytesPerSlot: number) => Math.max(1, Math.floor(pieceBytes / (bytesPerSlot + NAME_BYTES)));
    for (const piece of this.#meters.slotPieces(most)) yield packSlots(piece);
  }

  /**
   * Takes the state that `snapshotPieces` gave, into an engine that has read nothing yet; others get their turn between pieces.
   * Quickest before the registry: with a million meters known, each collection of what the pieces leave behind would walk them all.
   *
   * @throws {SnapshotError} when a piece is damaged, missing or of another version; use another engine then.
   */
  async restorePieces(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const reader = new PieceReader(this.#meters.slotBytes());
    for await (const bytes of pieces) {
      const piece = reader.read(bytes);
      if (piece.kind === "slots") this.#meters.putSlots(piece);
      else {
        this.#meters.beginRestore({ ...piece, sides: piece.sides ?? 0 });
        this.#restoreRest(piece);
        this.#untaken = this.#hasRegistry ? undefined : piece;
      }
      await nextTurn();
    }
    reader.end();
    this.#meters.reseat();
  }

  #restoreRest(image: Omit<EngineImage, "meters">): void {
    this.#districts.restore(image.districts);
    this.#silence.restore(image.silence);
    this.#meters.restoreStandstills(image.standstills ?? []);
    this.#pressure.restore(image.pressure);
    this.#weather.restore(image.weather);
    this.#districts.restoreFamilies(image.families);
    this.#meters.accountParts.restore(image.accountParts ?? []);
  }

  #take(): EngineOutput {
    const output = { events: this.#events, nights: this.#nights };
    this.#events = [];
    this.#nights = [];
    return output;
  }
}
