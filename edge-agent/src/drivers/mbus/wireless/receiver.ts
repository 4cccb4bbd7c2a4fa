import { join } from "node:path";
import type { BusOf, LineHealth, Reading, UnitHealth } from "@nightflow/domain";
import { describeError, realMsUntil } from "@nightflow/domain";
import { MeterDataError } from "../../../errors.ts";
import { Pause, realTimers, type Timers } from "../../../timers.ts";
import type { DriverDeps, ReadNowResult, RunningBus } from "../../driver.ts";
import { DeviceClock } from "../../polled/device-clock.ts";
import { nameOf } from "../header.ts";
import { CompactFormats } from "./compact-formats.ts";
import { HeardMeter } from "./heard-meter.ts";
import { KeysFile } from "./keys.ts";
import { ReplayJournal } from "./replay-journal.ts";
import { Replays } from "./replays.ts";
import { decodeWmbusTelegram, type WmbusTelegram } from "./telegram.ts";
import type { TelegramSource } from "./telegram-source.ts";
import { type UnknownMeter, UnknownMeters } from "./unknown-meters.ts";

function journalOf(dataDir: string, bus: string): string {
  return join(dataDir, "wmbus", `${bus.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}.replays`);
}

/** Strangers that its health names. */
const MAX_TOLD = 20;

export interface WmbusReceiverDeps extends Pick<DriverDeps, "channels" | "clock" | "collect" | "dataDir" | "logger"> {
  readonly bus: BusOf<"wmbus">;
  readonly timers?: Timers;
}

/** Takes the telegrams of one radio gateway: one of each period of a meter is kept, a period without any is missing. */
export class WmbusReceiver implements RunningBus {
  readonly pollsSkipped = 0;
  readonly #deps: WmbusReceiverDeps;
  readonly #meters: ReadonlyMap<string, HeardMeter>;
  readonly #keys: KeysFile;
  readonly #unknown: UnknownMeters;
  readonly #replays: Replays;
  readonly #formats = new CompactFormats();
  readonly #pause: Pause;
  readonly #counts = { telegrams: 0, damaged: 0, repeats: 0, replays: 0, plain: 0 };
  /** Meters of which a telegram without encryption was refused: a stranger shall not fill the log. */
  readonly #warned = new Set<string>();
  #source: TelegramSource | undefined;
  #isClosed = false;
  readonly #done: Promise<void>;

  constructor(deps: WmbusReceiverDeps) {
    this.#deps = deps;
    const { bus, dataDir, clock, channels, logger } = deps;
    const deviceClock = new DeviceClock(bus.timeZone, bus.clockToleranceS);
    this.#meters = new Map(
      bus.units.map((unit) => [
        unit.address,
        new HeardMeter({ unit, plain: bus.plain, channels, deviceClock, nowMs: clock.now() }),
      ]),
    );
    const keysFile = bus.keysFile === undefined ? undefined : join(dataDir, bus.keysFile);
    this.#keys = new KeysFile(keysFile, (fault) =>
      logger.warn({ bus: bus.id, fault }, "wmbus: the keys file cannot be used"),
    );
    this.#unknown = new UnknownMeters(clock);
    const timers = deps.timers ?? realTimers;
    this.#replays = new Replays(new ReplayJournal({ path: journalOf(dataDir, bus.id), logger, timers }));
    this.#pause = new Pause(timers);
    this.#done = this.#watchPeriods();
  }

  /** Where the telegrams come from; for its health, and to be closed with the bus. */
  attach(source: TelegramSource): void {
    this.#source = source;
  }

  /** Meters that are heard and that no unit is. */
  unknownMeters(): { readonly telegrams: number; readonly latest: readonly UnknownMeter[] } {
    return { telegrams: this.#unknown.telegrams, latest: this.#unknown.list() };
  }

  health(): UnitHealth[] {
    return [...this.#meters.values()].map((meter) => meter.health());
  }

  lineHealth(): LineHealth {
    const { telegrams, damaged, repeats, replays, plain } = this.#counts;
    const fault = this.#source?.fault ?? this.#keys.fault;
    return {
      isOpen: this.#source?.isOpen ?? false,
      fault: fault?.slice(0, 300) ?? null,
      load: 0,
      requests: telegrams,
      timeouts: 0,
      exceptions: damaged,
      strays: repeats + replays + plain + this.#unknown.telegrams,
      strangers: this.#strangers(),
    };
  }

  #strangers(): NonNullable<LineHealth["strangers"]> {
    const latest = this.#unknown.list().slice(0, MAX_TOLD);
    return latest.map(({ address, telegrams, lastAt }) => ({ name: address, times: telegrams, lastAt }));
  }

  /** Connects anew; of one meter, takes its next telegram although its counter has fallen. */
  retry(meter?: string): number {
    const [address] = this.#find(meter ?? "") ?? [];
    if (address === undefined) this.#source?.recycle();
    else this.#replays.forget(address);
    return 0;
  }

  /** Nobody can ask such a meter: it sends by itself, and what it sends is read. */
  async readNow(meter: string): Promise<ReadNowResult> {
    const [, heard] = this.#find(meter) ?? [];
    if (heard === undefined) return { outcome: "unknown-meter", readings: [] };
    return { outcome: "unasked", readings: [], detail: heard.whenHeard() };
  }

  #find(meter: string): [string, HeardMeter] | undefined {
    return [...this.#meters].find(([, heard]) => heard.meter === meter);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pause.wake();
    await this.#source?.close();
    this.#replays.close();
    await this.#done;
  }

  noteNoise(): void {
    this.#counts.damaged++;
  }

  /** Takes one telegram as its gateway passed it on. Whatever a stranger sends by radio, the agent goes on. */
  take(bytes: Uint8Array): void {
    this.#counts.telegrams++;
    try {
      this.#judge(bytes);
    } catch (error) {
      this.noteNoise();
      const { bus, logger } = this.#deps;
      logger.error({ bus: bus.id, error: describeError(error) }, "wmbus: a telegram that the agent is not ready for");
    }
  }

  #judge(bytes: Uint8Array): void {
    const telegram = this.#decode(bytes);
    if (telegram === undefined) {
      this.noteNoise();
      return;
    }
    const address = nameOf(telegram.identity);
    const meter = this.#meters.get(address);
    if (meter === undefined) this.#noteUnknown(address, telegram);
    // Before it is remembered: a stranger must not push true ones out of the memory that tells replays.
    else if (this.#isRefused(meter, telegram)) this.#refusePlain(meter);
    else this.#takeOf(meter, telegram, bytes);
  }

  #takeOf(meter: HeardMeter, telegram: WmbusTelegram, bytes: Uint8Array): void {
    const address = nameOf(telegram.identity);
    const counter = telegram.kind === "records" ? telegram.counter : null;
    const key = counter === null ? undefined : this.#keys.keyOf(telegram.identity);
    const verdict = this.#replays.judge(address, bytes, counter, key);
    if (verdict === "new") this.#collect(meter.hear(telegram, this.#deps.clock.now()));
    else if (verdict === "repeat") this.#counts.repeats++;
    else this.#noteReplay(meter);
  }

  #isRefused(meter: HeardMeter, telegram: WmbusTelegram): boolean {
    const isOpen = telegram.kind === "records" && !telegram.isSealed;
    return isOpen && !meter.takesPlain(this.#keys.keyOf(telegram.identity) !== undefined);
  }

  #refusePlain(meter: HeardMeter): void {
    this.#counts.plain++;
    this.#collect(meter.refusePlain(this.#deps.clock.now()));
    if (this.#warned.has(meter.meter)) return;
    this.#warned.add(meter.meter);
    this.#deps.logger.warn(
      { bus: this.#deps.bus.id, meter: meter.meter },
      "wmbus: a telegram without encryption was refused; further ones are told in the unit's health",
    );
  }

  #decode(bytes: Uint8Array): WmbusTelegram | undefined {
    try {
      return decodeWmbusTelegram(bytes, (identity) => this.#keys.keyOf(identity), this.#formats);
    } catch (error) {
      if (error instanceof MeterDataError) return undefined;
      throw error;
    }
  }

  #noteUnknown(address: string, { identity }: WmbusTelegram): void {
    if (!this.#unknown.note(address, identity)) return;
    this.#deps.logger.info({ bus: this.#deps.bus.id, address }, "wmbus: heard a meter that no unit is");
  }

  #noteReplay(meter: HeardMeter): void {
    this.#counts.replays++;
    meter.noteFault("an older telegram was sent again and dropped; if its counter began anew, order retry for it");
    this.#deps.logger.warn(
      { bus: this.#deps.bus.id, meter: meter.meter },
      "wmbus: an older telegram was sent again and dropped",
    );
  }

  #collect(readings: readonly Reading[]): void {
    if (readings.length > 0) this.#deps.collect(readings);
  }

  /** At the end of each period, those that were not heard in it are missing. */
  async #watchPeriods(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#isClosed) {
      const nowMs = clock.now();
      for (const meter of this.#meters.values()) this.#collect(meter.endPeriods(nowMs));
      const nextAt = Math.min(nowMs + 60_000, ...[...this.#meters.values()].map(({ periodEndsAt }) => periodEndsAt));
      await this.#pause.wait(Math.max(10, Math.ceil(Math.min(60_000, realMsUntil(clock, nextAt)))));
    }
  }
}
