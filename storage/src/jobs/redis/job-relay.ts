import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Database } from "../../relational/database.ts";
import { Doze } from "../doze.ts";
import { JOB_CHANNEL } from "../pg-job-worker.ts";
import { checkedRedisUrl, redisNameOf, redisPrefixOf, redisQueueOf } from "./redis-names.ts";
import { reconnectWaitMs, troubleLog } from "./redis-trouble.ts";
import { markSent, markUnsent, type SentRow, sentRows, type UnsentRow, unsentRows } from "./relay-rows.ts";

/** How often a relay looks by itself. */
export interface RelayOptions {
  /** Longest wait for a committed job when its wake-up is lost; default 1 s. */
  readonly pollMs?: number;
  /** How often it asks Redis whether it still has every job; also at start and whenever Redis comes back. Default 30 s. */
  readonly reconcileMs?: number;
}

/** What a relay needs. */
export interface RelayDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly redisUrl: string;
}

const BATCH = 500;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const COMMAND_PATIENCE_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
// What is over leaves Redis at once: the row keeps the record.
const LEAVES_NOTHING = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/**
 * Tells Redis of every committed job, and tells it again when it has forgotten. Redis holds a job's name and time, nothing
 * else; the row stays the truth. A row is marked after Redis has said yes, and a name that Redis has already is no second
 * job, so a kill anywhere costs at most a repetition. Several relays may run at once.
 */
export class JobRelay {
  readonly #db: Database;
  readonly #redis: Redis;
  readonly #pollMs: number;
  readonly #reconcileMs: number;
  readonly #trouble: (error: unknown) => void;
  readonly #queues = new Map<string, Queue>();
  readonly #doze = new Doze();
  #prefix = "";
  #reconcileAtMs = 0;
  #stopListening: () => Promise<void> = async () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor({ db, logger, redisUrl }: RelayDeps, { pollMs = 1000, reconcileMs = 30_000 }: RelayOptions = {}) {
    this.#db = db;
    this.#pollMs = pollMs;
    this.#reconcileMs = reconcileMs;
    this.#trouble = troubleLog(logger, "jobs cannot be moved to Redis now; they wait in PostgreSQL");
    this.#redis = new Redis(checkedRedisUrl(redisUrl), {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_PATIENCE_MS,
      retryStrategy: reconnectWaitMs,
    });
  }

  async start(): Promise<void> {
    this.#prefix = await redisPrefixOf(this.#db);
    this.#redis.on("error", this.#trouble);
    this.#redis.on("ready", () => {
      this.#reconcileAtMs = 0;
      this.#doze.wake();
    });
    this.#redis.connect().catch(this.#trouble);
    this.#stopListening = await this.#db.listen(JOB_CHANNEL, () => this.#doze.wake());
    this.#loop = this.#relayUntilStopped();
  }

  async stop(): Promise<void> {
    this.#doze.end();
    await Promise.race([this.#loop, delay(STOP_PATIENCE_MS, undefined, { ref: false })]);
    this.#redis.disconnect();
    await Promise.all([this.#loop, this.#stopListening()]);
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => undefined)));
  }

  async #relayUntilStopped(): Promise<void> {
    while (!this.#doze.isEnded) {
      await this.#relay().catch(this.#trouble);
      await this.#doze.sleep(this.#pollMs);
    }
  }

  async #relay(): Promise<void> {
    if (this.#redis.status !== "ready") return;
    if (performance.now() >= this.#reconcileAtMs) await this.#reconcile();
    while (!this.#doze.isEnded) {
      const rows = await unsentRows(this.#db, BATCH);
      for (const [queue, some] of byQueue(rows)) await this.#send(queue, some);
      if (rows.length < BATCH) return;
    }
  }

  async #send(queue: string, rows: readonly UnsentRow[]): Promise<void> {
    const jobs = rows.map((row) => {
      const opts = { jobId: redisNameOf(row), delay: row.waitMs, ...LEAVES_NOTHING };
      return { name: "job", data: null, opts };
    });
    await this.#queueOf(queue).addBulk(jobs);
    await markSent(this.#db, rows);
  }

  async #reconcile(): Promise<void> {
    // Set first: a Redis that comes back while this looks asks for another look.
    this.#reconcileAtMs = performance.now() + this.#reconcileMs;
    for (let afterId: string | undefined = FIRST_ID; afterId !== undefined && !this.#doze.isEnded; ) {
      const rows = await sentRows(this.#db, afterId, BATCH);
      const forgotten = await this.#forgottenOf(rows);
      if (forgotten.length > 0) await markUnsent(this.#db, forgotten);
      afterId = rows.at(-1)?.id;
    }
  }

  async #forgottenOf(rows: readonly SentRow[]): Promise<SentRow[]> {
    if (rows.length === 0) return [];
    const asks = rows.map((row) => ["exists", `${this.#prefix}:${redisQueueOf(row.queue)}:${redisNameOf(row)}`]);
    const answers = (await this.#redis.pipeline(asks).exec()) ?? [];
    for (const [error] of answers) if (error !== null) throw error;
    return rows.filter((_, at) => answers[at]?.[1] === 0);
  }

  #queueOf(name: string): Queue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      const events = { maxLen: 100 };
      queue = new Queue(redisQueueOf(name), { connection: this.#redis, prefix: this.#prefix, streams: { events } });
      queue.on("error", this.#trouble);
      this.#queues.set(name, queue);
    }
    return queue;
  }
}

function byQueue(rows: readonly UnsentRow[]): Map<string, UnsentRow[]> {
  return Map.groupBy(rows, (row) => row.queue);
}
