import { QUALITY_CODES } from "@nightflow/domain";
import type { Curve, KnownChannel, LastValue, ReadingColumns } from "../../ports.ts";
import { StoreClosedError, StoreRefusedError } from "../errors.ts";
import { influxAddress } from "../influx/influx-api.ts";
import { asInfluxError, errorOfStatus } from "../influx/influx-errors.ts";
import { channelPattern, exactCounts, InfluxQl, type InfluxRow } from "../influx/influxql.ts";
import { GAP, lineOf, READING, tagsOf } from "../influx/line-protocol.ts";
import { readCurve } from "../influx/point-reader.ts";
import type { RefusedRow } from "../influx/refused-rows.ts";
import { influx1Version } from "../influx/server-kind.ts";
import { writeSplitting } from "../influx/split-write.ts";
import { checkShape } from "../shape.ts";
import { Influx1CannotError } from "./influx1-errors.ts";

/** Longer than the server's own time-out of 10 s, so that its answer comes instead of ours. */
const TIMEOUT_MS = 30_000;
const CHANNELS_AT_ONCE = 500;

/** An InfluxDB 1.x and one of its databases. */
export interface Influx1Options {
  readonly url: string;
  readonly database: string;
  /** Where the server asks who it is. */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
}

/** What the store on InfluxDB 1 can do: append, and give curves and last values back. */
export interface Influx1Store {
  /**
   * Stores readings; a reading of the same channel and instant is written over. Gives back those that the server refuses
   * even alone. Resolves only after the server's 204.
   */
  append(readings: ReadingColumns, channels?: readonly KnownChannel[]): Promise<RefusedRow[]>;
  /** Readings of one channel with fromMs <= time < toMs. */
  curve(channel: string, fromMs: number, toMs: number): Promise<Curve>;
  /** Of each channel the newest reading and the time of its newest value, in the order asked; those without are left out. */
  lastValues(channels: readonly string[]): Promise<LastValue[]>;
  close(): Promise<void>;
}

const CANNOT = [
  ["commit", "has neither commits nor marks"],
  ["marks", "has no marks of agents"],
  ["newestReadAt", "has no list of channels"],
  ["valuesAt", "does not look for repeats"],
  ["changesSince", "has no feed"],
  ["saveCursor", "has no feed"],
  ["feedConsumers", "has no feed"],
  ["forgetConsumer", "has no feed"],
  ["allLastValues", "has no list of channels"],
  ["hourly", "has no roll-ups"],
  ["daily", "has no roll-ups"],
  ["nightMinimum", "has no roll-ups"],
  ["saveChannels", "keeps no registry"],
  ["channels", "keeps no registry"],
  ["setAside", "has no lists"],
  ["findSetAside", "has no lists"],
  ["countSetAside", "has no lists"],
  ["groupSetAside", "has no lists"],
  ["settleSetAside", "has no lists"],
  ["counts", "does not count"],
  ["metrics", "has no figures of itself"],
] as const;

/** What the store on InfluxDB 1 is asked for in vain, as methods that say so. */
export type Influx1Cannot = { readonly [Name in (typeof CANNOT)[number][0]]: () => Promise<never> };

/**
 * Opens a database of an InfluxDB 1.x (tested with Debian's 1.6.7) by its own `/write` and `/query`: append, curves and
 * last values. It cannot carry the platform, and says so for everything else of the reading store's port.
 *
 * @throws {StoreRefusedError} when the server is no InfluxDB 1, or refuses user or database.
 * @throws {StoreUnavailableError} when it does not answer.
 */
export async function openInflux1Store(options: Influx1Options): Promise<Influx1Store & Influx1Cannot> {
  if ((await influx1Version(options.url)) === undefined)
    throw new StoreRefusedError(`${options.url} is no InfluxDB 1`, { remedy: "use openInfluxStore for an InfluxDB 2" });
  const store = new AppendingStore(options);
  await store.tryReading();
  return Object.assign(store, refusals());
}

function refusals(): Influx1Cannot {
  const entries = CANNOT.map(([name, why]) => [name, () => Promise.reject(cannot(name, why))]);
  return Object.fromEntries(entries) as Influx1Cannot;
}

function cannot(name: string, why: string): Influx1CannotError {
  return new Influx1CannotError(`${name}: a store on InfluxDB 1 ${why}; it appends, and reads curves and last values`, {
    remedy: "keep readings in InfluxDB 2 or in the embedded store",
  });
}

class AppendingStore implements Influx1Store {
  readonly #options: Influx1Options;
  readonly #influxQl: InfluxQl;
  readonly #authorization: string;
  #isClosed = false;

  constructor(options: Influx1Options) {
    const { url, database, user } = options;
    this.#options = options;
    this.#authorization =
      user === undefined ? "" : `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
    this.#influxQl = new InfluxQl({ url, token: "", bucket: database, authorization: this.#authorization });
  }

  async tryReading(): Promise<void> {
    for await (const _ of this.#influxQl.rows(`SELECT "k" FROM "${READING}" WHERE time = 0`)) break;
  }

  async append(readings: ReadingColumns, channels: readonly KnownChannel[] = []): Promise<RefusedRow[]> {
    this.#refuseClosed();
    checkShape(readings);
    const known = new Map(channels.map((channel) => [channel.id, channel]));
    const tags = readings.channels.map((channel) => tagsOf(channel, known.get(channel)));
    const lines = Array.from({ length: readings.length }, (_, i) =>
      lineOf(readings, i, tags[readings.channelNos[i] ?? -1] ?? ""),
    );
    return await writeSplitting(lines, (some) => this.#send(some), {});
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    this.#refuseClosed();
    return await readCurve(this.#influxQl, channel, fromMs, toMs);
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    this.#refuseClosed();
    const found = new Map<string, LastValue>();
    for (let from = 0; from < channels.length; from += CHANNELS_AT_ONCE)
      await this.#readLast(channels.slice(from, from + CHANNELS_AT_ONCE), found);
    return channels.flatMap((channel) => found.get(channel) ?? []);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #readLast(channels: readonly string[], found: Map<string, LastValue>): Promise<void> {
    const newest = `WHERE "c" =~ ${channelPattern(channels)} GROUP BY "c" ORDER BY time DESC LIMIT 1`;
    for await (const row of this.#influxQl.rows(`SELECT "v", "g", "k", "f" FROM "${READING}" ${newest}`))
      found.set(row.channel, lastOf(row));
    for await (const row of this.#influxQl.rows(`SELECT "f" FROM "${GAP}" ${newest}`)) {
      const value = found.get(row.channel);
      if (value === undefined || row.atMs > value.readAtMs) found.set(row.channel, gapOf(row, value));
    }
  }

  // 1.x answers 400 where 2 answers 422: whether a line is unreadable or its field has another type, the others are stored.
  async #send(lines: readonly string[]): Promise<void> {
    const { url, database } = this.#options;
    const what = `writing ${lines.length} readings`;
    try {
      const address = influxAddress(url, `write?${new URLSearchParams({ db: database, precision: "ms" })}`);
      const headers = this.#authorization === "" ? {} : { authorization: this.#authorization };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(address, { method: "POST", headers, body: lines.join("\n"), signal });
      if (response.status !== 204) throw errorOfStatus(response.status, await response.text(), what);
    } catch (error) {
      throw asInfluxError(error, what);
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new StoreClosedError("the store has been closed");
  }
}

function lastOf({ channel, atMs, fields: [v, g, k, f] }: InfluxRow): LastValue {
  const gauge = g === null || g === undefined ? null : Number(g);
  const value = { quality: Number(k), counts: exactCounts(v), gauge, flags: Number(f) };
  return { channel, readAtMs: atMs, ...value, lastValueAtMs: atMs };
}

function gapOf({ channel, atMs, fields: [f] }: InfluxRow, before: LastValue | undefined): LastValue {
  const gap = { quality: QUALITY_CODES.missing, counts: null, gauge: null, flags: Number(f) };
  return { channel, readAtMs: atMs, ...gap, lastValueAtMs: before?.readAtMs ?? null };
}
