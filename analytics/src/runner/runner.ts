import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, describeError, NightflowError } from "@nightflow/domain";
import {
  createJobQueue,
  type Database,
  FeedForgottenError,
  type FeedPage,
  type JobQueue,
  loadMeterRegistry,
  REGISTRY_CHANNEL,
  type ReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import type { AnalyticsConfig } from "../config.ts";
import { Engine, type EngineOutput } from "../engine.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { AnomalyWriter } from "./anomaly-writer.ts";
import { loadSnapshot, type Snapshot, writeOutput } from "./page-writer.ts";
import { Signal } from "./signal.ts";

const HOUR_MS = 3_600_000;
/** Rows between two turns of the event loop: some milliseconds of work. */
const CHUNK_ROWS = 4000;
const LONGEST_RETRY_MS = 30_000;
/** Times that a page is tried in one piece when the database refuses it for another reason than being away. */
const WHOLE_TRIES = 3;
/** Silence is judged at most this often, ms of business time. */
const TICK_MS = 10 * 60_000;
/** After a start agents first deliver what they held back, so nobody is called silent for this long, ms of business time. */
const SETTLE_MS = 2 * HOUR_MS;

/** What the runner needs. */
export interface AnalyticsDeps {
  readonly store: ReadingStore;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: AnalyticsConfig;
  readonly logger: Logger;
  /** Where meters come from; by default the relational registry. */
  readonly loadRegistry?: () => Promise<readonly MeteredChannel[]>;
  /** Default: the job queue of `db`. */
  readonly jobs?: Pick<JobQueue, "enqueue">;
}

/** What the runner has done since its start. */
export interface AnalyticsStats {
  readonly cursor: number;
  readonly readings: number;
  readonly findings: number;
  readonly meters: number;
  readonly unknownRows: number;
  readonly lateRows: number;
  readonly bytesPerMeter: number;
  readonly retries: number;
}

/** The running analytics. */
export interface Analytics {
  /** A hint that the feed or the registry may have grown. */
  wake(): void;
  /** Resolves once the feed as it stands now has been read to its end and everything found in it is written. */
  idle(): Promise<void>;
  stats(): AnalyticsStats;
  /** Ends after the page under way, with a last snapshot. */
  close(): Promise<void>;
}

/**
 * Starts to feed the detectors from the store and to write what they find. The store or PostgreSQL may be away, at the start too:
 * the runner waits and tries again, and loses nothing.
 */
export async function startAnalytics(deps: AnalyticsDeps): Promise<Analytics> {
  const runner = new Runner(deps);
  void runner.run();
  return runner;
}

class Runner implements Analytics {
  readonly #deps: AnalyticsDeps;
  #engine: Engine;
  readonly #writer: AnomalyWriter;
  readonly #wake = new Signal();
  readonly #stopping = new AbortController();
  #idleWaiters: (() => void)[] = [];
  #stopListening: (() => Promise<void>) | undefined;
  #finished: Promise<void> = Promise.resolve();
  #isRegistryStale = true;
  #unknown = new Set<string>();
  #cursor = 0;
  #snapshotCursor = 0;
  #snapshotAt = 0;
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  readonly #startedAtMs: number;
  #readings = 0;
  #findings = 0;
  #retries = 0;
  /** True while findings wait to be written: a snapshot now would forget them. */
  #hasUnwritten = false;

  constructor(deps: AnalyticsDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.clock.now();
    this.#engine = this.#newEngine();
    const jobs = deps.jobs ?? createJobQueue({ db: deps.db, logger: deps.logger });
    this.#writer = new AnomalyWriter(jobs, deps.config.ticketThresholdPerDay);
  }

  wake(): void {
    this.#wake.raise();
  }

  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaiters.push(resolve);
    this.wake();
    return promise;
  }

  stats(): AnalyticsStats {
    const { meters, unknownRows, lateRows, bytesPerMeter } = this.#engine.stats();
    return {
      cursor: this.#cursor,
      readings: this.#readings,
      findings: this.#findings,
      meters,
      unknownRows,
      lateRows,
      bytesPerMeter,
      retries: this.#retries,
    };
  }

  run(): Promise<void> {
    this.#finished = this.#loop();
    return this.#finished;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#finished;
    await this.#stopListening?.();
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #loop(): Promise<void> {
    await this.#untilDone("begin", () => this.#begin());
    while (!this.#isStopping) {
      const waiting = this.#idleWaiters.length;
      this.#wake.reset();
      const hasMore = await this.#untilDone("read the feed", () => this.#step());
      if (hasMore || this.#isStopping) continue;
      for (const resolve of this.#idleWaiters.splice(0, waiting)) resolve();
      await this.#wake.wait(this.#deps.config.pollMs);
    }
    await this.#lastSnapshot();
  }

  async #begin(): Promise<void> {
    const { db, logger } = this.#deps;
    this.#stopListening ??= await db.listen(REGISTRY_CHANNEL, () => {
      this.#isRegistryStale = true;
      this.wake();
    });
    await this.#refreshRegistry();
    const snapshot = await loadSnapshot(db);
    if (!snapshot) return;
    try {
      this.#engine.restore(snapshot.state);
      this.#cursor = snapshot.cursor;
      this.#snapshotCursor = snapshot.cursor;
    } catch (error) {
      logger.warn({ err: error }, "the detectors' snapshot cannot be used; reading the feed from its start");
    }
  }

  /** One page, or the passing of time when there is none. True when more pages wait. */
  async #step(): Promise<boolean> {
    const page = await this.#nextPage();
    await this.#knowChannelsOf(page);
    const output = await this.#feed(page);
    this.#cursor = Math.max(this.#cursor, page.cursor);
    await this.#write(output);
    if (!page.hasMore) await this.#tick();
    return page.hasMore;
  }

  async #nextPage(): Promise<FeedPage> {
    const { store, config } = this.#deps;
    try {
      return await store.changesSince(this.#cursor, config.pageReadings);
    } catch (error) {
      if (!(error instanceof FeedForgottenError)) throw error;
      await this.#goOnFrom(error.keptFrom);
      return await store.changesSince(this.#cursor, config.pageReadings);
    }
  }

  /** Goes on at the first commit that is kept; from nothing where the store is another one, or has gone back. */
  async #goOnFrom(keptFrom: number): Promise<void> {
    const cursor = this.#cursor;
    const hasGoneBack = keptFrom <= cursor;
    this.#deps.logger.error(
      { cursor, keptFrom, hasGoneBack },
      hasGoneBack
        ? "the store has gone back behind what was read: the detectors begin anew with what it holds"
        : "the feed has forgotten commits that were not read: their readings are in the curves and in no finding",
    );
    if (hasGoneBack) await this.#beginAnew();
    this.#cursor = keptFrom - 1;
  }

  async #beginAnew(): Promise<void> {
    this.#engine = this.#newEngine();
    await this.#refreshRegistry();
  }

  #newEngine(): Engine {
    const { refreshHours, silentAfterHours } = this.#deps.config;
    return new Engine([], { refreshMs: refreshHours * HOUR_MS, silentAfterMs: silentAfterHours * HOUR_MS });
  }

  async #feed(page: FeedPage): Promise<EngineOutput> {
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

  /** Writes until it is written. The engine has moved on already, so giving up here would lose findings. */
  async #write(output: EngineOutput): Promise<void> {
    const snapshot = this.#dueSnapshot();
    if (output.events.length + output.nights.length === 0 && !snapshot) return;
    let tries = 0;
    this.#hasUnwritten = true;
    await this.#untilDone(
      "write findings",
      async () => {
        if (tries++ < WHOLE_TRIES)
          await this.#deps.db.transaction((tx) => writeOutput(tx, this.#writer, output, snapshot));
        else await this.#writeSingly(output, snapshot);
        this.#hasUnwritten = false;
      },
      () => tries--,
    );
    if (this.#hasUnwritten) return;
    this.#findings += output.events.filter((event) => event.type === "open").length;
    if (snapshot) await this.#snapshotSaved(snapshot);
  }

  /** One finding that the database refuses must not hold up the others. */
  async #writeSingly(output: EngineOutput, snapshot: Snapshot | null): Promise<void> {
    const { db, logger } = this.#deps;
    for (const event of output.events)
      await db
        .transaction((tx) => writeOutput(tx, this.#writer, { events: [event], nights: [] }, null))
        .catch((error: unknown) => {
          if (isAway(error)) throw error;
          logger.error({ err: error, rule: event.rule, subject: event.subject }, "a finding cannot be written");
        });
    await db.transaction((tx) => writeOutput(tx, this.#writer, { events: [], nights: output.nights }, snapshot));
  }

  #dueSnapshot(): Snapshot | null {
    const isDue = performance.now() - this.#snapshotAt >= this.#deps.config.snapshotMs;
    if (this.#cursor === this.#snapshotCursor || !isDue) return null;
    return { cursor: this.#cursor, state: this.#engine.snapshot() };
  }

  async #snapshotSaved(snapshot: Snapshot): Promise<void> {
    this.#snapshotAt = performance.now();
    this.#snapshotCursor = snapshot.cursor;
    await this.#deps.store.saveCursor("analytics", snapshot.cursor).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, "the store did not take the cursor; it keeps the feed for longer");
    });
  }

  async #lastSnapshot(): Promise<void> {
    if (this.#hasUnwritten || this.#cursor === this.#snapshotCursor) return;
    const snapshot = { cursor: this.#cursor, state: this.#engine.snapshot() };
    try {
      await this.#deps.db.transaction((tx) => writeOutput(tx, this.#writer, { events: [], nights: [] }, snapshot));
      await this.#snapshotSaved(snapshot);
    } catch (error) {
      this.#deps.logger.warn({ err: error }, "no last snapshot; the feed since the one before is read again");
    }
  }

  /** Reads the registry again when it has changed, and once for every channel that it did not know. */
  async #knowChannelsOf(page: FeedPage): Promise<void> {
    const fresh = page.readings.channels.filter((c) => !this.#engine.knows(c) && !this.#unknown.has(c));
    if (fresh.length > 0) this.#isRegistryStale = true;
    if (this.#isRegistryStale) await this.#refreshRegistry();
    for (const channel of fresh) if (!this.#engine.knows(channel)) this.#unknown.add(channel);
  }

  async #refreshRegistry(): Promise<void> {
    this.#isRegistryStale = false;
    try {
      this.#engine.setRegistry(await this.#loadRegistry());
      this.#unknown.clear();
    } catch (error) {
      this.#isRegistryStale = true;
      throw error;
    }
  }

  #loadRegistry(): Promise<readonly MeteredChannel[]> {
    const { db, clock, loadRegistry } = this.#deps;
    return loadRegistry ? loadRegistry() : loadMeterRegistry(db, clock.now());
  }

  /** Tries until it works or the runner stops, waiting longer each time. Gives undefined when it stopped first. */
  async #untilDone<Result>(
    what: string,
    work: () => Promise<Result>,
    onAway: () => void = () => undefined,
  ): Promise<Result | undefined> {
    for (let waitMs = this.#deps.config.retryMs; !this.#isStopping; waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2)) {
      try {
        return await work();
      } catch (error) {
        if (isAway(error)) onAway();
        this.#retries++;
        this.#deps.logger.warn({ err: error }, `cannot ${what}, trying again: ${describeError(error)}`);
        await pause(waitMs, this.#stopping.signal);
      }
    }
    return undefined;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof NightflowError && error.retriable;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
