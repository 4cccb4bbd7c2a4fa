import { setTimeout as delay } from "node:timers/promises";
import { type Job as BullJob, DelayedError, Worker } from "bullmq";
import type { JobWorker, WorkerOptions } from "../job-queue.ts";
import { claimJob, waitOfJob } from "../job-rows.ts";
import type { RunSettings } from "../job-run.ts";
import { JobRuns } from "../job-runs.ts";
import { checkedRedisUrl, redisPrefixOf, redisQueueOf, rowIdOf } from "./redis-names.ts";
import { reconnectWaitMs, troubleLog } from "./redis-trouble.ts";

const GRACE_MS = 10_000;
const CLOSE_PATIENCE_MS = 2000;
const REACH_PATIENCE_MS = 200;
const DATABASE_RETRY_MS = 1000;
// How often a job was in a killed worker's hands is counted in its row, which also decides when that is too often.
const WITHOUT_LIMIT = 1_000_000;

/**
 * Works on what BullMQ hands out. A job of BullMQ says no more than "look at this row now": the row is claimed, run and
 * marked as with PostgreSQL alone, and whatever it says afterwards (over, or due at an instant) becomes of the job of
 * BullMQ. A job handed out twice finds its row done, or in other hands, and does nothing.
 */
export class BullJobWorker implements JobWorker {
  readonly #settings: RunSettings;
  readonly #options: WorkerOptions;
  readonly #redisUrl: string;
  readonly #runs: JobRuns;
  readonly #trouble: (error: unknown) => void;
  #bull: Worker | undefined;
  #isStopped = false;

  constructor(settings: RunSettings, options: WorkerOptions, redisUrl: string) {
    this.#settings = settings;
    this.#options = options;
    this.#redisUrl = checkedRedisUrl(redisUrl);
    this.#runs = new JobRuns(settings);
    this.#trouble = troubleLog(settings.logger, "a worker cannot reach its jobs on Redis now; they wait");
  }

  async start(): Promise<void> {
    const { database, leaseMs } = this.#settings;
    const { queue, concurrency = 1 } = this.#options;
    this.#bull = new Worker(redisQueueOf(queue), (job, token) => this.#process(job, token), {
      connection: { url: this.#redisUrl, maxRetriesPerRequest: null, retryStrategy: reconnectWaitMs },
      prefix: await redisPrefixOf(database),
      concurrency,
      lockDuration: leaseMs,
      stalledInterval: Math.ceil(leaseMs / 3),
      maxStalledCount: WITHOUT_LIMIT,
      drainDelay: 2,
      runRetryDelay: 1000,
    });
    this.#bull.on("error", this.#trouble);
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#isStopped = true;
    await this.#bull?.pause(true);
    await this.#runs.end(graceMs);
    await this.#close();
  }

  async #process(job: BullJob, token: string | undefined): Promise<void> {
    const waitMs = await this.#look(rowIdOf(job.id ?? "")).catch((error: unknown) => {
      this.#settings.logger.warn({ err: error, job: job.id }, "a job's row cannot be reached; looking again soon");
      return DATABASE_RETRY_MS;
    });
    if (waitMs === undefined) return;
    await job.moveToDelayed(Date.now() + waitMs, token);
    throw new DelayedError();
  }

  /** Runs the row's job if it can be taken now; gives the wait until the next look, undefined when it is over. */
  async #look(id: string): Promise<number | undefined> {
    if (this.#isStopped) return 0;
    const { database, leaseMs } = this.#settings;
    const job = await claimJob(database, id, this.#runs.worker, leaseMs);
    if (job !== undefined) await this.#runs.run(job);
    return waitOfJob(database, id);
  }

  // BullMQ waits for ever for a Redis that is away, unless it is told not to; what it holds is then handed out again.
  async #close(): Promise<void> {
    const bull = this.#bull;
    if (bull === undefined) return;
    const isReachable = await Promise.race([
      bull.getBackend().client.then((client) => client.status === "ready"),
      delay(REACH_PATIENCE_MS, false, { ref: false }),
    ]).catch(() => false);
    const closed = bull.close(!isReachable).then(() => true);
    const isClosed = await Promise.race([closed, delay(CLOSE_PATIENCE_MS, false, { ref: false })]);
    if (!isClosed) bull.disconnect().catch(this.#trouble);
  }
}
