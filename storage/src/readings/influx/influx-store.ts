import { describeError, realClock } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  CommitRequest,
  Curve,
  FeedConsumer,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsidePageRequest,
  SetAsideReasonCount,
  StoreCounts,
  StoredMark,
  StoredSetAside,
  StoredValue,
} from "../../ports.ts";
import type { Database } from "../../relational/database.ts";
import { StoreClosedError, StoreRefusedError } from "../errors.ts";
import type { InstantKey } from "../repeats.ts";
import { lastValueColumns } from "../roll-ups.ts";
import { type FeedBounds, feedConsumers, forgetConsumer, forgetFeed, readFeed, saveCursor } from "./feed.ts";
import { readFeedFigures } from "./feed-figures.ts";
import { readCounts, readMarks, readNewest } from "./feed-ledger.ts";
import { throwRefusalAsOutage } from "./influx-errors.ts";
import type { StoreHealth } from "./influx-watch.ts";
import { readKnownChannels, saveKnownChannels } from "./known-channels.ts";
import { readCurve, readInstants } from "./point-reader.ts";
import { checkIsInflux2 } from "./server-kind.ts";
import { countSetAside, findSetAside, groupSetAside, settleFound } from "./set-aside.ts";
import type { InfluxStoreOptions } from "./store-options.ts";
import { StoreParts } from "./store-parts.ts";
import { storedValuesAt } from "./stored-values.ts";

/** The store on InfluxDB, with what an operator asks it besides the port. */
export interface InfluxReadingStore extends ReadingStore {
  /** Whether readings can be stored now, judged by a write of the store's own (at most every 15 s). */
  health(): Promise<StoreHealth>;
  /** Writes the hourly roll-ups that are due, as the store does by itself every minute or so. Gives how many were written. */
  rebuildRollUps(): Promise<number>;
}

const DEFAULT_FEED: FeedBounds = { maxAgeMs: 7 * 24 * 3_600_000, maxBytes: 2 * 1024 ** 3 };
const FORGET_EVERY_MS = 60_000;

/**
 * Opens the time-series store on InfluxDB 2. Points are in InfluxDB; marks, feed, lists and totals in PostgreSQL.
 * Opens too while InfluxDB is away: then calls fail as retriable until it is back.
 *
 * @throws {StoreRefusedError} when InfluxDB is there and is no version 2, or refuses the token or the bucket.
 */
export async function openInfluxStore(options: InfluxStoreOptions): Promise<InfluxReadingStore> {
  const store = new InfluxStore(options);
  try {
    await store.begin();
  } catch (error) {
    if (error instanceof StoreRefusedError) {
      await store.close();
      throw error;
    }
    options.logger.warn({ url: options.url, error: describeError(error) }, "InfluxDB is not there yet");
  }
  return store;
}

class InfluxStore implements InfluxReadingStore {
  readonly kind = "influxdb";
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #parts: StoreParts;
  readonly #feed: FeedBounds;
  readonly #url: string;
  #forgotAtMs = 0;
  #isClosed = false;

  constructor(options: InfluxStoreOptions) {
    this.#db = options.db;
    this.#logger = options.logger;
    this.#url = options.url;
    this.#feed = { ...DEFAULT_FEED, ...options.feed };
    this.#parts = new StoreParts({ ...options, clock: options.clock ?? realClock });
  }

  /** Looks at the server: whether it is the right one, and what it lets us do. */
  async begin(): Promise<void> {
    await this.#parts.begin();
    await checkIsInflux2(this.#url);
    for (const influxQl of this.#parts.asked)
      for await (const _ of influxQl.rows(`SELECT "k" FROM "reading" WHERE time = 0`)) break;
    await this.#parts.lookAtRetention();
  }

  async marks(agents?: readonly string[]): Promise<StoredMark[]> {
    return readMarks(this.#opened(), agents);
  }

  async newestReadAt(): Promise<Map<string, number>> {
    const newest = await readNewest(this.#opened());
    return new Map(Array.from(newest.values(), (value) => [value.channel, value.readAtMs]));
  }

  async commit(request: CommitRequest): Promise<number> {
    this.#opened();
    const no = await this.#parts.commits.commit(request);
    this.#forgetNowAndThen();
    return no;
  }

  async valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    const newest = await readNewest(this.#opened(), [...new Set(keys.map((key) => key.channel))]);
    const lookUp = (asked: readonly InstantKey[]) => readInstants(this.#parts.readings, asked);
    return storedValuesAt(this.#db, lookUp, keys, newest).catch(throwRefusalAsOutage);
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    return readFeed(this.#opened(), cursor, limit);
  }

  async saveCursor(consumer: string, cursor: number): Promise<void> {
    await saveCursor(this.#opened(), consumer, cursor);
  }

  async feedConsumers(): Promise<FeedConsumer[]> {
    return feedConsumers(this.#opened());
  }

  async forgetConsumer(name: string): Promise<boolean> {
    return forgetConsumer(this.#opened(), name);
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    this.#opened();
    return readCurve(this.#parts.readings, channel, fromMs, toMs);
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    const newest = await readNewest(this.#opened(), channels);
    return channels.flatMap((channel) => newest.get(channel) ?? []);
  }

  async allLastValues(): Promise<LastValueColumns> {
    return lastValueColumns([...(await readNewest(this.#opened())).values()]);
  }

  async hourly(range: RollUpRange): Promise<RollUpColumns> {
    this.#opened();
    return this.#parts.rollUps.hourly(range).catch(throwRefusalAsOutage);
  }

  async daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    this.#opened();
    return this.#parts.rollUps.daily(range, zone).catch(throwRefusalAsOutage);
  }

  async nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    this.#opened();
    return this.#parts.rollUps.nightMinimum(range, zone, window).catch(throwRefusalAsOutage);
  }

  async saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    await saveKnownChannels(this.#opened(), channels);
  }

  async channels(): Promise<KnownChannel[]> {
    return readKnownChannels(this.#opened());
  }

  async setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return findSetAside(this.#opened(), { list }, { limit, beforeId });
  }

  async findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]> {
    return findSetAside(this.#opened(), filter, page);
  }

  async countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    return countSetAside(this.#opened(), filter);
  }

  async groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    return groupSetAside(this.#opened(), filter, limit);
  }

  async settleSetAside(...[filter, settled]: Parameters<ReadingStore["settleSetAside"]>): Promise<number> {
    return settleFound(this.#opened(), filter, settled);
  }

  async counts(): Promise<StoreCounts> {
    return readCounts(this.#opened());
  }

  async metrics(): Promise<Readonly<Record<string, number>>> {
    const { commits, watch } = this.#parts;
    const figures = await readFeedFigures(this.#opened());
    return { ...figures, ...(await watch.metrics()), influx_failures_in_a_row: commits.gate.failures };
  }

  async health(): Promise<StoreHealth> {
    this.#opened();
    return this.#parts.watch.health();
  }

  async rebuildRollUps(): Promise<number> {
    this.#opened();
    return (await this.#parts.rollUpWriter?.rebuild()) ?? 0;
  }

  /** Ends the connections to InfluxDB once commits under way have ended; the database stays open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#parts.close();
  }

  #forgetNowAndThen(): void {
    void this.#parts.lookAtRetention();
    if (Date.now() - this.#forgotAtMs < FORGET_EVERY_MS) return;
    this.#forgotAtMs = Date.now();
    forgetFeed(this.#db, this.#feed).catch((error: unknown) => {
      this.#logger.warn({ error: describeError(error) }, "old rows of the feed could not be dropped");
    });
  }

  #opened(): Database {
    if (this.#isClosed) throw new StoreClosedError("the store has been closed");
    return this.#db;
  }
}
