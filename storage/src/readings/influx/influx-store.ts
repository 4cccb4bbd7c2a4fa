import { type Clock, describeError, realClock } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  BatchMark,
  CommitRequest,
  Curve,
  FeedPage,
  KnownChannel,
  LastValue,
  ReadingColumns,
  ReadingStore,
  SetAside,
  SetAsideList,
  StoreCounts,
  StoredMark,
  StoredSetAside,
  StoredValue,
} from "../../ports.ts";
import type { Database, Sql } from "../../relational/database.ts";
import { encodeColumns } from "../columns-codec.ts";
import { StoreClosedError, StoreRefusedError } from "../errors.ts";
import { pickRows, readingAt } from "../reading-columns.ts";
import { type InstantKey, withoutRepeats } from "../repeats.ts";
import { SerialQueue } from "../serial-queue.ts";
import { checkShape } from "../shape.ts";
import { refuseStored } from "../stored-batches.ts";
import { type FeedBounds, forgetFeed, readFeed, saveCursor } from "./feed.ts";
import { readCounts, readMarks, readNewest, recordCommit } from "./feed-ledger.ts";
import { throwAsOutage, throwRefusalAsOutage } from "./influx-errors.ts";
import { InfluxQl } from "./influxql.ts";
import { noteIntent, settleIntents, uncommittedInstants, withdrawIntent } from "./intents.ts";
import { readKnownChannels, saveKnownChannels } from "./known-channels.ts";
import { lineOf, tagsOf } from "./line-protocol.ts";
import { instantName, readCurve, readInstants } from "./point-reader.ts";
import { PointWriter, type RefusedLine } from "./point-writer.ts";
import { readSetAside } from "./set-aside.ts";

/** What the store on InfluxDB 2 needs: a bucket that nobody else writes to, and the PostgreSQL that makes commits whole. */
export interface InfluxStoreOptions {
  readonly url: string;
  /** May write the bucket. */
  readonly token: string;
  /** May read the bucket; `token` when left out. */
  readonly readToken?: string;
  readonly org: string;
  readonly bucket: string;
  readonly db: Database;
  /** Bounds of the feed for consumers that have stopped; 7 days and 2 GiB when left out. */
  readonly feed?: Partial<FeedBounds>;
  /** Says what lies in the future: readings more than a day ahead of it are not written. */
  readonly clock?: Clock;
  readonly logger: Logger;
}

const DEFAULT_FEED: FeedBounds = { maxAgeMs: 7 * 24 * 3_600_000, maxBytes: 2 * 1024 ** 3 };
/** The advisory lock of commits, one at a time for all stores on this database. */
const COMMIT_LOCK = 7_301_993;
const FORGET_EVERY_MS = 60_000;
const EARLIEST_MS = Date.UTC(2000, 0);
const DAY_MS = 24 * 3_600_000;

/**
 * Opens the time-series store on InfluxDB 2. Points are in InfluxDB; marks, feed, lists and totals in PostgreSQL.
 * Opens too while InfluxDB is away: then calls fail as retriable until it is back.
 *
 * @throws {StoreRefusedError} when InfluxDB is there and refuses the token or the bucket.
 */
export async function openInfluxStore(options: InfluxStoreOptions): Promise<ReadingStore> {
  const store = new InfluxStore(options);
  try {
    await store.tryReading();
  } catch (error) {
    if (error instanceof StoreRefusedError) {
      await store.close();
      throw error;
    }
    options.logger.warn({ url: options.url, error: describeError(error) }, "InfluxDB is not there yet");
  }
  return store;
}

class InfluxStore implements ReadingStore {
  readonly kind = "influxdb";
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #writer: PointWriter;
  readonly #influxQl: InfluxQl;
  readonly #feed: FeedBounds;
  readonly #clock: Clock;
  readonly #commits = new SerialQueue();
  #forgotAtMs = 0;
  #isClosed = false;

  constructor({ url, token, readToken = token, org, bucket, db, feed, clock = realClock, logger }: InfluxStoreOptions) {
    this.#db = db;
    this.#clock = clock;
    this.#logger = logger;
    this.#feed = { ...DEFAULT_FEED, ...feed };
    this.#writer = new PointWriter({ url, token, org, bucket, logger });
    this.#influxQl = new InfluxQl({ url, token: readToken, bucket });
  }

  /** Reads nothing from the bucket, to see whether it may be read. */
  async tryReading(): Promise<void> {
    for await (const _ of this.#influxQl.rows(`SELECT "k" FROM "reading" WHERE time = 0`)) break;
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
    const no = await this.#commits.run(() => this.#commitNow(request)).catch(throwAsOutage);
    this.#forgetNowAndThen();
    return no;
  }

  async valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    const newest = await readNewest(this.#opened(), [...new Set(keys.map((key) => key.channel))]);
    return this.#valuesAt(keys, newest).catch(throwRefusalAsOutage);
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    return readFeed(this.#opened(), cursor, limit);
  }

  async saveCursor(consumer: string, cursor: number): Promise<void> {
    await saveCursor(this.#opened(), consumer, cursor);
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    this.#opened();
    return readCurve(this.#influxQl, channel, fromMs, toMs);
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    const newest = await readNewest(this.#opened(), channels);
    return channels.flatMap((channel) => newest.get(channel) ?? []);
  }

  async saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    await saveKnownChannels(this.#opened(), channels);
  }

  async channels(): Promise<KnownChannel[]> {
    return readKnownChannels(this.#opened());
  }

  async setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return readSetAside(this.#opened(), list, limit, beforeId);
  }

  async counts(): Promise<StoreCounts> {
    return readCounts(this.#opened());
  }

  /** Ends the connections to InfluxDB once commits under way have ended; the database stays open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#commits.idle();
    this.#writer.close();
  }

  // Stores of several ingests on one bucket commit one after the other: what one has found not to be stored must not be
  // stored by another before its own commit is done.
  async #commitNow(asked: CommitRequest): Promise<number> {
    checkShape(asked.readings);
    return this.#db.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock($1)", [COMMIT_LOCK]);
      await refuseStoredIn(tx, asked.batches);
      return this.#commitAlone(tx, asked);
    });
  }

  async #commitAlone(tx: Sql, asked: CommitRequest): Promise<number> {
    const storable = withoutRefused(asked, rowsOutOfTime(asked.readings, this.#clock.now()));
    const newest = await readNewest(this.#db, storable.readings.channels);
    const request = await withoutRepeats(storable, {
      newestReadAt: (channel) => newest.get(channel)?.readAtMs,
      valuesAt: (keys) => this.#valuesAt(keys, newest),
    });
    const intentId = await noteIntent(this.#db, request.readings);
    const accepted = await this.#writePoints(request, intentId);
    const bytes = await encodeColumns(accepted.readings);
    const no = await recordCommit(tx, { request: accepted, bytes, intentId });
    await settleIntents(tx, accepted.readings, intentId);
    return no;
  }

  async #writePoints(request: CommitRequest, intentId: number | null): Promise<CommitRequest> {
    const lines = await this.#linesOf(request.readings);
    let mayBeWritten = false;
    const refused = await this.#writer
      .write(lines, () => {
        mayBeWritten = true;
      })
      .catch(async (error: unknown) => {
        if (!mayBeWritten) await withdrawIntent(this.#db, intentId);
        throw error;
      });
    const [first] = refused;
    if (first !== undefined)
      this.#logger.error({ refused: refused.length, reason: first.reason }, "InfluxDB refused readings: dead letter");
    return withoutRefused(request, refused);
  }

  async #linesOf(readings: ReadingColumns): Promise<string[]> {
    const known = new Map(
      (await readKnownChannels(this.#db, readings.channels)).map((channel) => [channel.id, channel]),
    );
    const tags = readings.channels.map((channel) => tagsOf(channel, known.get(channel)));
    return Array.from({ length: readings.length }, (_, i) =>
      lineOf(readings, i, tags[readings.channelNos[i] ?? -1] ?? ""),
    );
  }

  // Points are looked up before the notes of unfinished commits: one that finishes in between is then seen as stored.
  async #valuesAt(
    keys: readonly InstantKey[],
    newest: ReadonlyMap<string, LastValue>,
  ): Promise<(StoredValue | undefined)[]> {
    const asked = keys.filter(({ channel, readAtMs }) => {
      const last = newest.get(channel);
      return last !== undefined && readAtMs <= last.readAtMs && !isNewestValue(last, readAtMs);
    });
    const found = asked.length === 0 ? new Map<string, StoredValue>() : await readInstants(this.#influxQl, asked);
    const uncommitted = found.size === 0 ? new Set<string>() : await uncommittedInstants(this.#db);
    return keys.map(({ channel, readAtMs }) => {
      const last = newest.get(channel);
      if (last !== undefined && isNewestValue(last, readAtMs)) return storedValueOf(last);
      const name = instantName(channel, readAtMs);
      return uncommitted.has(name) ? undefined : found.get(name);
    });
  }

  #forgetNowAndThen(): void {
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

async function refuseStoredIn(tx: Sql, batches: readonly BatchMark[]): Promise<void> {
  if (batches.length === 0) return;
  const marks = await readMarks(tx, [...new Set(batches.map(({ agent }) => agent))]);
  refuseStored(batches, (agent, epoch) => marks.find((mark) => mark.agent === agent && mark.epoch === epoch));
}

function isNewestValue(last: LastValue, readAtMs: number): boolean {
  return last.readAtMs === readAtMs && (last.counts !== null || last.gauge !== null);
}

function storedValueOf({ quality, counts, gauge }: LastValue): StoredValue {
  return { quality, counts, gauge };
}

// A time in other units than milliseconds is stored without a word, decades away (INFLUXDB 1.5). Ingest has looked
// already; this is the last place where it can be seen.
function rowsOutOfTime({ readAtMs, length }: ReadingColumns, nowMs: number): RefusedLine[] {
  return Array.from({ length }, (_, index) => index)
    .filter((i) => !((readAtMs[i] ?? Number.NaN) >= EARLIEST_MS && (readAtMs[i] ?? Number.NaN) <= nowMs + DAY_MS))
    .map((index) => ({ index, reason: "the time lies before 2000 or more than a day in the future" }));
}

function withoutRefused(request: CommitRequest, refused: readonly RefusedLine[]): CommitRequest {
  if (refused.length === 0) return request;
  const reasons = new Map(refused.map(({ index, reason }) => [index, reason]));
  const kept = Array.from({ length: request.readings.length }, (_, i) => i).filter((i) => !reasons.has(i));
  const deadLetters = refused.map(({ index, reason }) => deadLetterOf(request, index, reason));
  return {
    ...request,
    readings: pickRows(request.readings, kept),
    setAside: [...request.setAside, ...deadLetters],
  };
}

function deadLetterOf({ batches, readings }: CommitRequest, index: number, reason: string): SetAside {
  const row = readingAt(readings, index);
  const only = batches.length === 1 ? batches[0] : undefined;
  return {
    list: "dead_letter",
    agent: only?.agent ?? "unknown",
    epoch: only?.epoch ?? null,
    seq: only?.seq ?? null,
    origin: row.origin === 1 ? "import" : "live",
    channel: row.channel,
    readAtMs: row.readAtMs,
    raw: JSON.stringify([row.channel, row.readAtMs, String(row.counts ?? row.gauge ?? "missing"), row.quality]),
    reasonCode: "STORE_REFUSED_READING",
    reason,
  };
}
