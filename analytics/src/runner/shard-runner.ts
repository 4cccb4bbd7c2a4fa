import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@nightflow/domain";
import type { Database, FeedPage, JobQueue, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { AnalyticsConfig } from "../config.ts";
import { Engine, type EngineOptions, type EngineOutput } from "../engine.ts";
import { DETECTORS } from "../feed-consumers.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import type { RuleTuning } from "../pure/tuning.ts";
import { SnapshotError } from "../snapshot.ts";
import type { AnomalyWriter } from "./anomaly-writer.ts";
import { FeedReader } from "./feed-reader.ts";
import { FindingsBook } from "./findings-book.ts";
import { LateReplays } from "./late-replays.ts";
import type { Lease } from "./leases.ts";
import { slowestCursor } from "./page-writer.ts";
import { LeaseLostError, Retry } from "./retry.ts";
import { Signal } from "./signal.ts";
import { loadSnapshot, type SavedSnapshot, type Snapshot } from "./snapshot-store.ts";
import { tracedFindings, tracePage } from "./tracing.ts";

const HOUR_MS = 3_600_000;
/** Rows between two turns of the event loop: some milliseconds of work. */
const CHUNK_ROWS = 4000;
/** Silence is judged at most this often, ms of business time. */
const TICK_MS = 10 * 60_000;
/** After a start agents first deliver what they held back, so nobody is called silent for this long, ms of business time. */
const SETTLE_MS = 2 * HOUR_MS;
/** A snapshot of many meters takes seconds: so many times as long passes before the next, so that the rules go on meanwhile. */
const SNAPSHOT_REST = 20;

/** What a runner of one shard needs. */
export interface ShardRunnerDeps {
  readonly store: ReadingStore;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: AnalyticsConfig;
  readonly logger: Logger;
  readonly writer: AnomalyWriter;
  readonly jobs: Pick<JobQueue, "enqueue">;
  readonly loadRegistry: () => Promise<readonly MeteredChannel[]>;
  /** What the rules are judged by; asked for with every page. */
  readonly tuning: () => RuleTuning;
  readonly lease: Lease;
  /** Shards in all. */
  readonly shards: number;
}

/** Feeds the detectors of one shard from the store and writes what they find, for as long as the shard is held. */
export class ShardRunner {
  readonly lease: Lease;
  readonly #deps: ShardRunnerDeps;
  readonly #feed: FeedReader;
  readonly #book: FindingsBook;
  readonly #late: LateReplays;
  readonly #retry: Retry;
  readonly #wake = new Signal();
  readonly #stopping = new AbortController();
  readonly #startedAtMs: number;
  #engine: Engine;
  #idleWaiters: (() => void)[] = [];
  #finished: Promise<void> = Promise.resolve();
  #isRegistryStale = true;
  #unknown = new Set<string>();
  #snapshotCursor = 0;
  #snapshotAt = 0;
  #snapshotMs = 0;
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  #readings = 0;
  #isLost = false;
  #isBehind = false;

  constructor(deps: ShardRunnerDeps) {
    const { store, db, clock, config, logger, writer, jobs, lease } = deps;
    this.#deps = deps;
    this.lease = lease;
    this.#startedAtMs = clock.now();
    this.#engine = this.#newEngine();
    this.#feed = new FeedReader(store, config.pageReadings, logger);
    this.#retry = new Retry(config.retryMs, this.#stopping.signal, logger);
    this.#book = new FindingsBook({ db, writer, lease, retry: this.#retry, logger });
    const engineOptions = this.#engineOptions();
    const retry = this.#retry;
    this.#late = new LateReplays({
      store,
      db,
      clock,
      config: config.late,
      logger,
      writer,
      jobs,
      lease,
      retry,
      engineOptions,
    });
  }

  /** Begins; `onEnd` is told when it ends by itself, since the shard has gone to another process. */
  start(onEnd: () => void): void {
    this.#finished = this.#loop().catch((error: unknown) => {
      if (!(error instanceof LeaseLostError)) throw error;
      this.#deps.logger.warn({ shard: this.lease.shard, reason: error.message }, "a shard is given up");
      this.#lose();
      onEnd();
    });
  }

  /** Whether more of the feed waited behind the last page. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  wake(): void {
    this.#wake.raise();
  }

  registryChanged(): void {
    this.#isRegistryStale = true;
    this.wake();
  }

  /** Resolves once the feed as it stands now has been read to its end and written, or the shard is given up. */
  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#isLost || this.#isStopping) resolve();
    else this.#idleWaiters.push(resolve);
    this.wake();
    return promise;
  }

  stats() {
    const { opened: findings } = this.#book;
    const { cursor } = this.#feed;
    const late = this.#late.stats();
    return { ...this.#engine.stats(), cursor, readings: this.#readings, findings, retries: this.#retry.count, late };
  }

  /** Ends after the page under way, with a last snapshot. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#finished;
    this.#lose();
  }

  /** Ends without another write: the shard is another's. */
  #lose(): void {
    this.#isLost = true;
    this.#stopping.abort();
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #loop(): Promise<void> {
    await this.#retry.untilDone("begin", () => this.#begin());
    while (!this.#isStopping) {
      const waiting = this.#idleWaiters.length;
      this.#wake.reset();
      const hasMore = await this.#retry.untilDone("read the feed", () => this.#step());
      if (hasMore || this.#isStopping) continue;
      for (const resolve of this.#idleWaiters.splice(0, waiting)) resolve();
      await this.#wake.wait(this.#deps.config.pollMs);
    }
    await this.#lastSnapshot();
  }

  async #begin(): Promise<void> {
    await this.#late.load();
    const snapshot = await loadSnapshot(this.#deps.db, this.lease.shard);
    if (snapshot === undefined || !(await this.#restored(snapshot))) await this.#refreshRegistry();
  }

  /** Goes on from a snapshot; false when it cannot be used, and the feed is read from its start. */
  async #restored(snapshot: SavedSnapshot): Promise<boolean> {
    const { logger } = this.#deps;
    try {
      await this.#restore(snapshot);
      this.#feed.cursor = snapshot.cursor;
      this.#snapshotCursor = snapshot.cursor;
      return true;
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      logger.warn({ err: error }, "the detectors' snapshot cannot be used; reading the feed from its start");
      this.#engine = this.#newEngine();
      return false;
    }
  }

  /** The state first: the registry of a million meters would be walked with each of its pieces. */
  async #restore({ whole, pieces }: SavedSnapshot): Promise<void> {
    const beganMs = performance.now();
    if (whole === null) await this.#engine.restorePieces(pieces());
    await this.#refreshRegistry();
    if (whole !== null) this.#engine.restore(whole);
    const { meters } = this.#engine.stats();
    const ms = Math.round(performance.now() - beganMs);
    this.#deps.logger.info({ shard: this.lease.shard, meters, ms }, "the detectors go on from their snapshot");
  }

  /** One page, or the passing of time when there is none. True when more pages wait. */
  async #step(): Promise<boolean> {
    const page = await this.#feed.next(() => this.#beginAnew());
    this.#isBehind = page.hasMore;
    await this.#knowChannelsOf(page);
    const span = tracePage(this.lease.shard, this.#feed.cursor, page);
    const output = await this.#run(page);
    await this.#late.note(this.#engine.takeLate());
    this.#feed.passed(page);
    await this.#write({ ...output, events: tracedFindings(span, output.events) });
    span?.end();
    const isHurried = this.#idleWaiters.length > 0;
    if (!this.#book.hasUnwritten) await this.#late.replaySome(this.#engine, page.hasMore, isHurried);
    if (!page.hasMore) await this.#tick();
    return page.hasMore || this.#late.isReady(isHurried);
  }

  async #beginAnew(): Promise<void> {
    this.#engine = this.#newEngine();
    await this.#refreshRegistry();
  }

  #newEngine(): Engine {
    return new Engine([], this.#engineOptions());
  }

  #engineOptions(): Partial<EngineOptions> {
    const { config, lease, shards, tuning } = this.#deps;
    const { refreshHours, silentAfterHours } = config;
    const shard = { index: lease.shard, count: shards };
    return { refreshMs: refreshHours * HOUR_MS, silentAfterMs: silentAfterHours * HOUR_MS, shard, tuning };
  }

  async #run(page: FeedPage): Promise<EngineOutput> {
    const events: EngineOutput["events"][number][] = [];
    const nights: EngineOutput["nights"][number][] = [];
    for (let row = 0; row < page.readings.length; row += CHUNK_ROWS) {
      const part = this.#engine.feed(page.readings, row, Math.min(page.readings.length, row + CHUNK_ROWS));
      events.push(...part.events);
      nights.push(...part.nights);
      await nextTurn();
    }
    this.#readings += page.readings.length;
    return { events, nights };
  }

  async #tick(): Promise<void> {
    const nowMs = this.#deps.clock.now();
    if (nowMs - this.#startedAtMs < SETTLE_MS || nowMs - this.#tickedAtMs < TICK_MS) return;
    this.#tickedAtMs = nowMs;
    await this.#write(this.#engine.tick(nowMs));
  }

  async #write(output: EngineOutput): Promise<void> {
    const beganMs = performance.now();
    const snapshot = this.#dueSnapshot();
    const isWritten = await this.#book.write(output, snapshot);
    if (snapshot) this.#snapshotMs = performance.now() - beganMs;
    if (isWritten && snapshot) await this.#snapshotSaved(snapshot);
  }

  #dueSnapshot(): Snapshot | null {
    const waitMs = Math.max(this.#deps.config.snapshotMs, SNAPSHOT_REST * this.#snapshotMs);
    const { cursor } = this.#feed;
    const hasNews = (cursor !== this.#snapshotCursor || this.#late.hasNews) && !this.#late.hasUnsaved;
    if (!hasNews || performance.now() - this.#snapshotAt < waitMs) return null;
    return { cursor, pieces: () => this.#engine.snapshotPieces() };
  }

  async #snapshotSaved(snapshot: Snapshot): Promise<void> {
    const { db, store, shards, logger } = this.#deps;
    this.#snapshotAt = performance.now();
    this.#snapshotCursor = snapshot.cursor;
    try {
      await this.#late.snapshotSaved();
      // What the slowest shard has passed all have: the store keeps the feed for the others too.
      await store.saveCursor(DETECTORS, shards === 1 ? snapshot.cursor : await slowestCursor(db, shards));
    } catch (error) {
      logger.warn({ err: error }, "the store did not take the cursor; it keeps the feed for longer");
    }
  }

  async #lastSnapshot(): Promise<void> {
    const { cursor } = this.#feed;
    if (this.#book.hasUnwritten || this.#late.hasUnsaved || (cursor === this.#snapshotCursor && !this.#late.hasNews))
      return;
    const snapshot = { cursor, pieces: () => this.#engine.snapshotPieces() };
    try {
      await this.#book.saveSnapshot(snapshot);
      await this.#snapshotSaved(snapshot);
    } catch (error) {
      this.#deps.logger.warn({ err: error }, "no last snapshot; the feed since the one before is read again");
    }
  }

  /** Reads the registry again when it has changed, and once for every channel that it did not know. */
  async #knowChannelsOf(page: FeedPage): Promise<void> {
    const fresh = this.#engine.unknownIn(page.readings).filter((channel) => !this.#unknown.has(channel));
    if (fresh.length > 0) this.#isRegistryStale = true;
    if (this.#isRegistryStale) await this.#refreshRegistry();
    for (const channel of fresh) if (!this.#engine.knows(channel)) this.#unknown.add(channel);
  }

  async #refreshRegistry(): Promise<void> {
    this.#isRegistryStale = false;
    try {
      await this.#engine.takeRegistry(await this.#deps.loadRegistry());
      this.#unknown.clear();
    } catch (error) {
      this.#isRegistryStale = true;
      throw error;
    }
  }
}
