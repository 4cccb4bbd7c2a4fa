import type { BusOf, ChannelDescription, PlainTelegrams, Reading, UnitHealth } from "@nightflow/domain";
import { missingReading } from "../../polled/channel-values.ts";
import type { DeviceClock } from "../../polled/device-clock.ts";
import { type FedChannel, fedChannels, readingsOf } from "../readings.ts";
import type { WmbusTelegram } from "./telegram.ts";

export interface HeardMeterDeps {
  readonly unit: BusOf<"wmbus">["units"][number];
  /** What the bus does with telegrams that are not encrypted, where the unit does not say. */
  readonly plain: PlainTelegrams;
  readonly channels: ReadonlyMap<string, ChannelDescription>;
  readonly deviceClock: DeviceClock;
  readonly nowMs: number;
}

/** What is wrong when a telegram came and brought no readings. */
const FAULTS: Readonly<Record<"no-key" | "wrong-key", string>> = {
  "no-key": "the meter encrypts and the keys file has no key for it",
  "wrong-key": "the key in the keys file is not the meter's",
};

/** A refusal is told for so long after the last one. */
const TOLD_MS = 86_400_000;

/** One meter that a gateway hears: of each channel the first value of a period is its reading. */
export class HeardMeter {
  readonly meter: string;
  readonly #plain: PlainTelegrams;
  readonly #periodMs: number;
  readonly #fed: readonly FedChannel[];
  readonly #deviceClock: DeviceClock;
  #periodEndsAt: number;
  readonly #read = new Set<string>();
  #isHeard = false;
  #telegrams = 0;
  #lastTelegram: { readonly at: number; readonly wasRead: boolean } | undefined;
  #refused: { readonly times: number; readonly at: number } | undefined;
  #failures = 0;
  #lastGoodAt: number | null = null;
  #lastError: string | null = null;
  #state: UnitHealth["state"] = "good";

  constructor({ unit, plain, channels, deviceClock, nowMs }: HeardMeterDeps) {
    this.meter = unit.meter;
    this.#plain = unit.plain ?? plain;
    this.#periodMs = unit.periodS * 1000;
    this.#fed = fedChannels(unit.channels, channels);
    this.#deviceClock = deviceClock;
    this.#periodEndsAt = endOfPeriod(nowMs, this.#periodMs);
  }

  /** When the period ends that runs now. */
  get periodEndsAt(): number {
    return this.#periodEndsAt;
  }

  /** When it was last heard, in words for somebody who wants to ask it. */
  whenHeard(): string {
    const { at, wasRead } = this.#lastTelegram ?? {};
    if (at === undefined) return "sends by itself and cannot be asked; no telegram of it has come since the start";
    const when = `its last telegram came at ${new Date(at).toISOString().slice(0, 19)}Z`;
    return `sends by itself and cannot be asked; ${when}${wasRead ? "" : `, and could not be read: ${this.#lastError}`}`;
  }

  /** Whether telegrams that are not encrypted are taken. */
  takesPlain(hasKey: boolean): boolean {
    return this.#plain === "accept" || (this.#plain === "without-key" && !hasKey);
  }

  /** A telegram that anybody could have sent is not taken; gives what its time ends. */
  refusePlain(nowMs: number): Reading[] {
    const ended = this.endPeriods(nowMs);
    this.#noteTelegram(nowMs, false);
    this.#failures++;
    this.#refused = { times: (this.#refused?.times ?? 0) + 1, at: nowMs };
    this.#lastError = this.#refusal();
    // What was read in this period was encrypted, and stays good whatever a stranger sends.
    if (this.#read.size < this.#fed.length) this.#state = "failing";
    return ended;
  }

  noteFault(words: string): void {
    this.#lastError = words;
  }

  /** The readings of a telegram; none where its period has one already, or where it cannot be read. */
  hear(telegram: WmbusTelegram, nowMs: number): Reading[] {
    const ended = this.endPeriods(nowMs);
    this.#noteTelegram(nowMs, telegram.kind === "records");
    if (telegram.kind !== "records") {
      this.#failures++;
      this.#state = "failing";
      this.#lastError = telegram.kind === "unsupported" ? `it sends ${telegram.what}` : FAULTS[telegram.kind];
      return ended;
    }
    const report = { records: telegram.content.records, status: telegram.status };
    const wanted = this.#fed.filter(({ channel }) => !this.#read.has(channel.id));
    const { readings, readAt, fault } = readingsOf(report, wanted, { deviceClock: this.#deviceClock, agentMs: nowMs });
    // Meters send telegrams of different content in turn: what one does not hold, the next may.
    const good = readings.filter(({ quality }) => quality !== "missing");
    for (const { channel } of good) this.#read.add(channel);
    if (good.length > 0) this.#lastGoodAt = readAt;
    this.#lastError = fault ?? this.#recentRefusal(nowMs);
    if (this.#read.size === this.#fed.length) this.#state = "good";
    return [...ended, ...good];
  }

  #noteTelegram(at: number, wasRead: boolean): void {
    this.#telegrams++;
    this.#isHeard = true;
    this.#lastTelegram = { at, wasRead };
  }

  /** Good telegrams between them do not hide for a day that somebody sends others. */
  #recentRefusal(nowMs: number): string | null {
    return this.#refused !== undefined && nowMs - this.#refused.at < TOLD_MS ? this.#refusal() : null;
  }

  #refusal(): string | null {
    if (this.#refused === undefined) return null;
    const { times, at } = this.#refused;
    const why = this.#plain === "refuse" ? "plain is refuse" : "its key is known";
    const many = times === 1 ? "1 telegram" : `${times} telegrams`;
    return `refused ${many} without encryption, last ${new Date(at).toISOString().slice(0, 19)}Z, as ${why}: maybe forged. If the meter sends so, set plain: accept at its unit`;
  }

  /** Missing readings of a period that has ended, for the channels that had none in it. */
  endPeriods(nowMs: number): Reading[] {
    const endsAt = endOfPeriod(nowMs, this.#periodMs);
    const endedAt = this.#periodEndsAt;
    if (endsAt === endedAt) return [];
    const unread = this.#fed.filter(({ channel }) => !this.#read.has(channel.id));
    const wasHeard = this.#isHeard;
    this.#periodEndsAt = endsAt;
    this.#read.clear();
    this.#isHeard = false;
    // A clock that was set back has ended no period.
    if (endedAt > nowMs || unread.length === 0) return [];
    this.#noteUnread(wasHeard);
    const reason = wasHeard ? "bad_status" : "timeout";
    return unread.map(({ channel }) => missingReading(channel, endedAt - this.#periodMs, reason));
  }

  /** A meter that was heard and could not be read has said why. */
  #noteUnread(wasHeard: boolean): void {
    this.#failures++;
    this.#state = wasHeard ? "failing" : "silent";
    if (!wasHeard) this.#lastError = "no telegram in its period";
  }

  health(): UnitHealth {
    const { meter } = this;
    const [lastGoodAt, lastError, state] = [this.#lastGoodAt, this.#lastError, this.#state];
    return { meter, state, lastGoodAt, polls: this.#telegrams, failures: this.#failures, lastError };
  }
}

/** The next boundary of the period's fixed UTC grid. */
function endOfPeriod(nowMs: number, periodMs: number): number {
  return (Math.floor(nowMs / periodMs) + 1) * periodMs;
}
