import { type Clock, describeError } from "@nightflow/domain";
import {
  type Database,
  FeedForgottenError,
  type FeedPage,
  loadMeterRegistry,
  REGISTRY_CHANNEL,
  type ReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { DERIVED_HOURS, registerConsumers } from "../feed-consumers.ts";
import { type MeteredChannel, primaryChannels } from "../pure/registry.ts";
import { Signal } from "../runner/signal.ts";
import type { DerivedConfig } from "./config.ts";
import { type Dues, duesOf } from "./counted-in.ts";
import type { JudgedRegister } from "./fold-page.ts";
import { openHours } from "./hour-rows.ts";
import { type ForgottenDays, forgetDays } from "./kept-rows.ts";
import { DAY_MS, HOUR_MS } from "./meter-day.ts";
import { type DerivedProgress, lockProgress, readProgress, saveTick, skipTo } from "./progress.ts";
import { addSetAside, countSetAside } from "./set-aside-hours.ts";
import { saveSubjects } from "./subjects.ts";
import { WriteBehind } from "./write-behind.ts";

const LONGEST_RETRY_MS = 30_000;
const MINUTE_MS = 60_000;
/** While the detectors catch up the series take a tenth of the time: they go on, and hold nobody up. */
const YIELDING_REST = 9;
/** Hours of silence that are opened at once after a long stop; older ones are opened by the readings that come for them. */
const MOST_OPENED_MS = 31 * DAY_MS;

/** What the derived series need. */
export interface DerivedDeps {
  readonly store: Pick<ReadingStore, "changesSince" | "saveCursor" | "curve" | "setAside">;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: DerivedConfig;
  readonly logger: Logger;
  /** Whether something more urgent reads the feed here now: then the series rest for longer between two pages. */
  readonly isYielding?: () => boolean;
  /** Where meters come from; by default the relational registry. */
  readonly loadRegistry?: () => Promise<readonly MeteredChannel[]>;
}

/** What the series have done since their start; counted when it is written. */
export interface DerivedStats {
  /** The last commit that is in the series. */
  readonly cursor: number;
  readonly readings: number;
  readonly hours: number;
  readonly replayed: number;
  readonly tooLate: number;
  readonly retries: number;
}

/** The running derived series. */
export interface DerivedSeries {
  /** A hint that the registry or the feed may have grown; the feed alone is looked at every `pollMs`. */
  wake(): void;
  /** Resolves once the feed as it stands now is in the series. */
  idle(): Promise<void>;
  stats(): DerivedStats;
  /** Ends after the page under way; what was not written yet is told again after the next start. */
  close(): Promise<void>;
}

/**
 * Keeps the hourly series of districts, key accounts and collection in PostgreSQL, from the feed, with a cursor of their own.
 * The cursor, the registers' states and the hours are one transaction, so that a kill loses nothing and counts nothing
 * twice; in a catch-up many pages are folded in memory before each. The store or PostgreSQL may be away: it waits and tries again.
 */
export function startDerivedSeries(deps: DerivedDeps): DerivedSeries {
  const runner = new DerivedRunner(deps);
  runner.start();
  return runner;
}

class DerivedRunner implements DerivedSeries {
  readonly #deps: DerivedDeps;
  readonly #wake = new Signal();
  readonly #stopping = new AbortController();
  #finished: Promise<void> = Promise.resolve();
  #idleWaiters: (() => void)[] = [];
  #stopListening: (() => Promise<void>) | undefined;
  #isRegistryStale = true;
  #registers: ReadonlyMap<string, JudgedRegister> = new Map();
  readonly #writeBehind: WriteBehind;
  /** Another process was quicker: this one looks on until that one stands still. */
  #isStandingBy = false;
  #dues: Dues = duesOf([]);
  #unknown = new Set<string>();
  #isAtEnd = false;
  #stats = { cursor: 0, readings: 0, hours: 0, replayed: 0, tooLate: 0, retries: 0 };

  constructor(deps: DerivedDeps) {
    this.#deps = deps;
    const { db, store, config } = deps;
    this.#writeBehind = new WriteBehind({ db, store, ...config });
  }

  start(): void {
    this.#finished = this.#loop();
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

  stats(): DerivedStats {
    return { ...this.#stats };
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
      const hasMore = await this.#untilDone("derive hours", () => this.#step());
      if (hasMore || this.#isStopping) continue;
      for (const resolve of this.#idleWaiters.splice(0, waiting)) resolve();
      await this.#wake.wait(this.#deps.config.pollMs);
    }
  }

  async #begin(): Promise<void> {
    this.#stopListening ??= await this.#deps.db.listen(REGISTRY_CHANNEL, () => {
      this.#isRegistryStale = true;
    });
    await registerConsumers(this.#deps, { hasDerivedHours: true });
  }

  /** One page, and what the passing of time brings when there is none behind it. True when more pages wait. */
  async #step(): Promise<boolean> {
    const beganMs = performance.now();
    if (!(await this.#knowPlace())) return true;
    const page = await this.#nextPage();
    await this.#knowChannelsOf(page);
    if (page.cursor !== this.#writeBehind.cursor) await this.#fold(page);
    this.#isAtEnd = !page.hasMore;
    if ((this.#isAtEnd || this.#writeBehind.isDue) && !(await this.#write())) return true;
    if (this.#isAtEnd) await this.#tick();
    else await this.#rest((performance.now() - beganMs) * this.#restShare);
    return page.hasMore;
  }

  /** Looks up where to go on, after the start and where that is in doubt. False while another process goes on. */
  async #knowPlace(): Promise<boolean> {
    const { writtenCursor } = this.#writeBehind;
    if (writtenCursor !== undefined && !this.#isStandingBy) return true;
    const progress = await readProgress(this.#deps.db);
    this.#isStandingBy &&= progress.cursor !== writtenCursor;
    this.#goOnFrom(progress);
    if (this.#isStandingBy) await this.#rest(this.#deps.config.pollMs);
    return !this.#isStandingBy;
  }

  #goOnFrom(progress: DerivedProgress): void {
    this.#writeBehind.begin(progress);
    this.#stats.cursor = progress.cursor;
  }

  get #restShare(): number {
    const { config, isYielding } = this.#deps;
    return isYielding?.() ? Math.max(YIELDING_REST, config.restShare) : config.restShare;
  }

  async #nextPage(): Promise<FeedPage> {
    const { store, config } = this.#deps;
    try {
      return await store.changesSince(this.#writeBehind.cursor, config.pageReadings);
    } catch (error) {
      if (!(error instanceof FeedForgottenError)) throw error;
      await this.#goOnAfterForgotten(error);
      return await store.changesSince(this.#writeBehind.cursor, config.pageReadings);
    }
  }

  /** Where another process has gone on meanwhile, else, what came next being gone, where the feed begins. */
  async #goOnAfterForgotten({ keptFrom }: FeedForgottenError): Promise<void> {
    const { db, logger } = this.#deps;
    const cursor = this.#writeBehind.cursor;
    await this.#write();
    await db.transaction(async (tx) => {
      const progress = await lockProgress(tx);
      if (progress.cursor > cursor) return;
      logger.warn({ cursor, keptFrom }, "the feed cannot be followed; hours are told anew from the curves");
      await skipTo(tx, keptFrom - 1);
    });
    this.#goOnFrom(await readProgress(db));
  }

  async #fold(page: FeedPage): Promise<void> {
    const lateBeforeMs = this.#lateBefore(page);
    const nowMs = this.#deps.clock.now();
    await this.#writeBehind.fold(page, { registers: this.#registers, lateBeforeMs, nowMs });
  }

  /** Writes what was folded; false when another process has gone on meanwhile, whose place is taken over then. */
  async #write(): Promise<boolean> {
    const before = this.#stats.cursor;
    const written = await this.#writeBehind.write(this.#dues);
    this.#stats.cursor = this.#writeBehind.cursor;
    if (written === null) {
      this.#isStandingBy = this.#stats.cursor !== before;
      return false;
    }
    this.#stats.readings += written.readings;
    this.#stats.replayed += written.replayed;
    this.#stats.tooLate += written.tooLate;
    this.#stats.hours += written.hours;
    if (this.#stats.cursor !== before) await this.#tellStore();
    return true;
  }

  /** At the end of the feed lateness is judged by the clock; in a catch-up by the newest reading before, for the delay is our own. */
  #lateBefore(page: FeedPage): number {
    const nowMs = this.#deps.clock.now();
    const atMs = this.#isAtEnd && !page.hasMore ? nowMs : Math.min(nowMs, this.#writeBehind.newestReadMs);
    return atMs - this.#deps.config.lateAfterMinutes * MINUTE_MS;
  }

  async #tellStore(): Promise<void> {
    await this.#deps.store.saveCursor(DERIVED_HOURS, this.#stats.cursor).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, "the store did not take the cursor; it keeps the feed for longer");
    });
  }

  /** Opens the hours that have passed, counts what was set aside, lets go of old days, and tells that the head-end is alive. */
  async #tick(): Promise<void> {
    const { db, store, clock, config } = this.#deps;
    const hourMs = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
    const { setAsideSeen } = await readProgress(db);
    const setAside = await countSetAside(store, setAsideSeen);
    const forgotten = await db.transaction(async (tx) => {
      const progress = await lockProgress(tx);
      // Another process has counted these already.
      if (JSON.stringify(progress.setAsideSeen) !== JSON.stringify(setAsideSeen)) return undefined;
      const fromMs = Math.max(progress.tickedHourMs ?? hourMs, hourMs - MOST_OPENED_MS);
      let days: ForgottenDays | undefined;
      if (fromMs < hourMs) {
        await openHours(tx, this.#dues, fromMs, hourMs);
        days = await forgetDays(tx, config.keepDays);
      }
      await addSetAside(tx, setAside);
      await saveTick(tx, Math.max(hourMs, progress.tickedHourMs ?? 0), setAside.seen);
      return days && { days, progress };
    });
    if (forgotten) this.#writeBehind.forget(forgotten.days, forgotten.progress);
  }

  /** Reads the registry again when it has changed, and once for every channel that it did not know. */
  async #knowChannelsOf(page: FeedPage): Promise<void> {
    const fresh = page.readings.channels.filter((channel) => !this.#unknown.has(channel));
    if (fresh.some((channel) => !this.#registers.has(channel))) this.#isRegistryStale = true;
    if (this.#isRegistryStale) await this.#refreshRegistry();
    for (const channel of fresh) if (!this.#registers.has(channel)) this.#unknown.add(channel);
  }

  async #refreshRegistry(): Promise<void> {
    const { db, clock, loadRegistry } = this.#deps;
    this.#isRegistryStale = false;
    try {
      const channels = await (loadRegistry ? loadRegistry() : loadMeterRegistry(db, clock.now()));
      const primary = [...primaryChannels(channels).values()];
      await saveSubjects(db, primary);
      this.#registers = this.#writeBehind.judge(primary);
      this.#dues = duesOf(primary);
      this.#unknown.clear();
    } catch (error) {
      this.#isRegistryStale = true;
      throw error;
    }
  }

  /** Tries until it works or the runner stops, waiting longer each time. */
  async #untilDone<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    for (let waitMs = this.#deps.config.retryMs; !this.#isStopping; waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2)) {
      try {
        return await work();
      } catch (error) {
        this.#stats.retries++;
        this.#deps.logger.warn({ err: error }, `cannot ${what}, trying again: ${describeError(error)}`);
        await this.#rest(waitMs);
      }
    }
    return undefined;
  }

  #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (ms < 1 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}
