import type { ReadingColumns } from "@nightflow/storage";
import { contractPartMs } from "./account-parts.ts";
import type { EngineOptions } from "./engine.ts";
import type { Districts } from "./engine-districts.ts";
import type { MeterSlots } from "./meter-slots.ts";
import { NO_TERMS, WorkPlan } from "./pure/accounts/work-plan.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn } from "./pure/shards.ts";
import {
  accountOf,
  type Duty,
  intervalOptionsOf,
  isKeyMeter,
  kindOf,
  type MeterKind,
  type WatchedAccount,
  type WatchedMeter,
} from "./watched-meter.ts";

/** Meters between two turns of the event loop while a registry is taken. */
const STEP_METERS = 10_000;

/** The registry as a shard sees it: which meters it watches, what it does with them, and whose a reading is. */
export class MeterBook {
  readonly #options: EngineOptions;
  readonly #districts: Districts;
  readonly #slots: MeterSlots;
  /** Meters by the channel that they are judged by. */
  #judged = new Map<string, WatchedMeter>();
  /** The other channels of the registry, with their meter where it is watched. */
  #others = new Map<string, WatchedMeter | undefined>();
  #kinds = new Map<string, MeterKind>();
  #accounts = new Map<string, WatchedAccount>();
  #meters: WatchedMeter[] = [];
  #judgedMeters = 0;
  /** What is known of the store's channels by their number; a number stands for its name as long as that is the same. */
  #namesByKey: string[] = [];
  #metersByKey: (WatchedMeter | undefined)[] = [];

  constructor(options: EngineOptions, districts: Districts, slots: MeterSlots) {
    this.#options = options;
    this.#districts = districts;
    this.#slots = slots;
  }

  /** Takes the registry in place of the one before, in steps of some milliseconds: what was known holds until the last. Nothing may be fed in between. */
  *registering(primary: ReadonlyMap<string, MeteredChannel>, channels: readonly MeteredChannel[]): Generator<void> {
    const judged = new Map<string, WatchedMeter>();
    const others = new Map<string, WatchedMeter | undefined>();
    this.#accounts = new Map();
    this.#slots.table.ensure(primary.size);
    for (const meta of primary.values()) {
      const duty = this.#dutyOf(meta);
      if (duty !== undefined) judged.set(meta.channel, this.#watch(meta, duty));
      if (judged.size % STEP_METERS === 0) yield;
    }
    for (const [at, meta] of channels.entries()) {
      if (!judged.has(meta.channel)) others.set(meta.channel, this.#ownerAmong(judged, primary, meta));
      if (at % STEP_METERS === 0) yield;
    }
    this.#namesByKey = [];
    this.#metersByKey = [];
    this.#meters = [...judged.values()];
    this.#judgedMeters = this.#meters.filter(({ kind }) => kind.duty.isJudged).length;
    this.#judged = judged;
    this.#others = others;
  }

  /** The watched meter of a channel besides the judged one; it learns which of them is its reverse register. */
  #ownerAmong(
    judged: ReadonlyMap<string, WatchedMeter>,
    primary: ReadonlyMap<string, MeteredChannel>,
    channel: MeteredChannel,
  ): WatchedMeter | undefined {
    const meter = judged.get(primary.get(channel.meter)?.channel ?? "");
    if (meter === undefined || channel.quantity !== "reverse_total" || channel.litresPerCount === null) return meter;
    if (meter.meta.purpose !== "customer" || !meter.kind.duty.isJudged) return meter;
    meter.reverse = channel;
    this.#slots.seatAside(meter);
    return meter;
  }

  /** Gives the meters that a snapshot brought side slots for theirs. */
  reseat(): void {
    for (const channel of this.#slots.sideChannels()) {
      const meter = this.#judged.get(channel);
      if (meter) this.#slots.seatAside(meter);
    }
  }

  get meters(): readonly WatchedMeter[] {
    return this.#meters;
  }

  /** Meters that are judged here themselves. */
  get judgedMeters(): number {
    return this.#judgedMeters;
  }

  /** Whether the registry has a channel, judged here or not. */
  knows(channel: string): boolean {
    return this.#judged.has(channel) || this.#others.has(channel);
  }

  /** The meter that is judged by a channel. */
  judgedBy(channel: string): WatchedMeter | undefined {
    return this.#judged.get(channel);
  }

  /** The meter that another channel than the judged one belongs to; undefined where it is not watched. */
  ownerOf(channel: string): WatchedMeter | undefined {
    return this.#others.get(channel);
  }

  /** Looking a name up among a million costs more than all the rules do; where the store numbers its channels each is looked up once. */
  lookUp({ channels, channelKeys }: ReadingColumns): (WatchedMeter | undefined)[] {
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
    const meter: WatchedMeter = {
      meta,
      kind: this.#kindOf(meta, duty),
      slot: 0,
      sideSlot: -1,
      reverse: undefined,
      account: duty.isAccountJudged ? this.#accountOf(meta) : undefined,
      district: this.#districts.around(meta),
      families: this.#districts.familiesAround(meta),
    };
    this.#slots.seat(meter);
    return meter;
  }

  #accountOf(meta: MeteredChannel): WatchedAccount {
    const name = meta.account ?? meta.channel;
    const terms = meta.terms ?? NO_TERMS;
    const account = this.#accounts.get(name) ?? {
      subject: accountOf(meta),
      calendar: calendarOf(meta.zone),
      plan: new WorkPlan(terms),
      terms,
      slot: this.#slots.accountSlot(name),
      meters: 0,
      longestPeriodMs: 0,
      partMs: 0,
    };
    account.meters++;
    account.longestPeriodMs = Math.max(account.longestPeriodMs, meta.periodMs);
    account.partMs = contractPartMs(account.terms.thresholds, account.longestPeriodMs);
    this.#accounts.set(name, account);
    return account;
  }

  #kindOf(meta: MeteredChannel, duty: Duty): MeterKind {
    const { commodity, purpose, isKeyAccount, zone } = meta;
    const options = intervalOptionsOf(meta);
    const key = JSON.stringify([
      commodity,
      purpose,
      isKeyAccount,
      zone,
      duty,
      options,
      (meta.weather ?? null) !== null,
    ]);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = kindOf(meta, duty, options);
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}
