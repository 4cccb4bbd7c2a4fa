import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Clock } from "@nightflow/domain";
import {
  createJobQueue,
  type Database,
  type JobQueue,
  loadMeterRegistry,
  REGISTRY_CHANNEL,
  type ReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import type { AnalyticsConfig } from "../config.ts";
import { registerConsumers } from "../feed-consumers.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { AnomalyWriter } from "./anomaly-writer.ts";
import { KeptTuning } from "./kept-tuning.ts";
import type { LateStats } from "./late-replays.ts";
import { type Lease, Leases } from "./leases.ts";
import { pause, Retry } from "./retry.ts";
import { settleShards } from "./shard-plan.ts";
import { ShardRunner, type ShardRunnerDeps } from "./shard-runner.ts";

/** Leases are renewed so often within their time. */
const BEATS_A_LEASE = 4;

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
  /**
   * Whether other processes work on the same database: then this one takes its part of the shards, and those of a dead
   * process when its leases have run out. Alone (the default) it takes all of them at once, from whoever had them.
   */
  readonly isOneOfSeveral?: boolean;
}

/** What the runner has done since its start, in all the shards that it holds. */
export interface AnalyticsStats {
  readonly cursor: number;
  readonly readings: number;
  readonly findings: number;
  readonly meters: number;
  readonly unknownRows: number;
  readonly lateRows: number;
  readonly bytesPerMeter: number;
  /** Meters judged again with readings that came late. */
  readonly late: LateStats;
  readonly retries: number;
  /** Shards that it holds. */
  readonly shards: readonly number[];
}

/** The running analytics. */
export interface Analytics {
  /** A hint that the feed or the registry may have grown. */
  wake(): void;
  /** Whether any shard still had readings before it when it last looked: what can wait lets it go first. */
  isBehind(): boolean;
  /** Resolves once the feed as it stands now has been read to its end and everything found in it is written. */
  idle(): Promise<void>;
  stats(): AnalyticsStats;
  /** Ends after the page under way, with a last snapshot, and lets go of its shards. */
  close(): Promise<void>;
}

/**
 * Starts to feed the detectors from the store and to write what they find. The store or PostgreSQL may be away, at the start too:
 * the runner waits and tries again, and loses nothing.
 */
export async function startAnalytics(deps: AnalyticsDeps): Promise<Analytics> {
  const runner = new Runner(deps);
  runner.start();
  return runner;
}

class Runner implements Analytics {
  readonly #deps: AnalyticsDeps;
  readonly #leases: Leases;
  readonly #parts: Omit<ShardRunnerDeps, "lease">;
  readonly #retry: Retry;
  readonly #stopping = new AbortController();
  readonly #begun = Promise.withResolvers<void>();
  readonly #runners = new Map<number, ShardRunner>();
  readonly #tuning: KeptTuning;
  #stopListening: (() => Promise<void>) | undefined;
  #finished: Promise<void> = Promise.resolve();
  #last: Omit<AnalyticsStats, "retries" | "shards"> | undefined;
  #retriesOfEnded = 0;

  constructor(deps: AnalyticsDeps) {
    const { store, db, clock, config, logger } = deps;
    this.#deps = deps;
    this.#leases = new Leases(db, `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`, config.leaseMs);
    this.#retry = new Retry(config.retryMs, this.#stopping.signal, logger);
    const jobs = deps.jobs ?? createJobQueue({ db, logger });
    const writer = new AnomalyWriter(jobs, config.ticketThresholdPerDay);
    const loadRegistry = deps.loadRegistry ?? (() => loadMeterRegistry(db, clock.now()));
    this.#tuning = new KeptTuning(db, logger);
    const tuning = () => this.#tuning.now;
    this.#parts = { store, db, clock, config, logger, writer, jobs, loadRegistry, tuning, shards: config.shards };
  }

  start(): void {
    this.#finished = this.#loop();
  }

  wake(): void {
    for (const runner of this.#runners.values()) runner.wake();
  }

  isBehind(): boolean {
    return [...this.#runners.values()].some((runner) => runner.isBehind);
  }

  async idle(): Promise<void> {
    await this.#begun.promise;
    await Promise.all(Array.from(this.#runners.values(), (runner) => runner.idle()));
  }

  stats(): AnalyticsStats {
    const all = Array.from(this.#runners.values(), (runner) => runner.stats());
    const sum = (pick: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + pick(one), 0);
    const most = (pick: (one: (typeof all)[number]) => number) => Math.max(0, ...all.map(pick));
    const figures = {
      cursor: all.length === 0 ? 0 : Math.min(...all.map(({ cursor }) => cursor)),
      // Every shard reads the whole feed: what one has read is what was read.
      readings: most(({ readings }) => readings),
      unknownRows: most(({ unknownRows }) => unknownRows),
      bytesPerMeter: most(({ bytesPerMeter }) => bytesPerMeter),
      findings: sum(({ findings }) => findings),
      meters: sum(({ meters }) => meters),
      lateRows: sum(({ lateRows }) => lateRows),
      late: {
        waiting: sum(({ late }) => late.waiting),
        oldestSeconds: most(({ late }) => late.oldestSeconds),
        replayed: sum(({ late }) => late.replayed),
        opened: sum(({ late }) => late.opened),
        withdrawn: sum(({ late }) => late.withdrawn),
        districts: sum(({ late }) => late.districts),
        families: sum(({ late }) => late.families),
      },
    };
    const retries = this.#retry.count + this.#retriesOfEnded + sum((one) => one.retries);
    return { ...(all.length === 0 && this.#last ? this.#last : figures), retries, shards: [...this.#runners.keys()] };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#finished;
    this.#last = this.stats();
    await Promise.all(Array.from(this.#runners.values(), (runner) => this.#giveUp(runner)));
    await this.#leases.leave().catch(() => undefined);
    await this.#stopListening?.();
    await this.#tuning.close();
    this.#begun.resolve();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    await this.#retry.untilDone("begin", () => this.#begin());
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      await this.#retry.untilDone("share the meters out", () => this.#share(isFirst));
      this.#begun.resolve();
      await pause(this.#deps.config.leaseMs / BEATS_A_LEASE, signal);
    }
  }

  async #begin(): Promise<void> {
    const { store, db, config, isOneOfSeveral = false } = this.#deps;
    this.#stopListening ??= await db.listen(REGISTRY_CHANNEL, () => {
      for (const runner of this.#runners.values()) runner.registryChanged();
    });
    await this.#tuning.open();
    // Alone, what a killed process held runs out for nobody.
    if (!isOneOfSeveral) await db.query("update analytics_lease set expires_at = '-infinity'");
    await settleShards(db, config.shards);
    await registerConsumers({ store, db }, { hasDerivedHours: config.derived.isEnabled });
  }

  /** Holds on to what is held, and takes or gives shards until every living process has its part. */
  async #share(isFirst: boolean): Promise<void> {
    const { config, isOneOfSeveral = false } = this.#deps;
    const living = await this.#leases.beat();
    await this.#renew();
    const part = isOneOfSeveral ? Math.ceil(config.shards / living) : config.shards;
    const tooMany = [...this.#runners.values()].slice(part);
    for (const runner of tooMany) await this.#giveUp(runner);
    const byForce = isFirst && !isOneOfSeveral;
    for (const lease of await this.#leases.take(config.shards, part - this.#runners.size, byForce)) this.#run(lease);
  }

  async #renew(): Promise<void> {
    const runners = [...this.#runners.values()];
    const kept = new Set(await this.#leases.renew(runners.map(({ lease }) => lease)));
    for (const runner of runners) if (!kept.has(runner.lease)) await this.#giveUp(runner);
  }

  #run(lease: Lease): void {
    const runner = new ShardRunner({ ...this.#parts, lease });
    this.#runners.set(lease.shard, runner);
    this.#deps.logger.info({ shard: lease.shard, epoch: lease.epoch }, "a shard of the meters is judged here");
    runner.start(() => this.#forget(runner));
  }

  async #giveUp(runner: ShardRunner): Promise<void> {
    await runner.close();
    this.#forget(runner);
    await this.#leases.release(runner.lease).catch(() => undefined);
  }

  #forget(runner: ShardRunner): void {
    if (this.#runners.get(runner.lease.shard) !== runner) return;
    this.#retriesOfEnded += runner.stats().retries;
    this.#runners.delete(runner.lease.shard);
  }
}
