import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../relational/database.ts";
import { DEFAULT_BACK_OFF } from "./back-off.ts";
import type { JobWorker, WorkerOptions } from "./job-queue.ts";
import { claimJobs } from "./job-rows.ts";
import { JobRun, type RunSettings } from "./job-run.ts";

/** NOTIFY channel that says: a job was added; the payload is its queue. */
export const JOB_CHANNEL = "job";

const GRACE_MS = 10_000;
const ABORT_PATIENCE_MS = 2000;

/** Takes jobs of one queue and runs them, `concurrency` at a time. */
export class PgJobWorker implements JobWorker {
  readonly #name = randomUUID();
  readonly #queue: string;
  readonly #concurrency: number;
  readonly #pollMs: number;
  readonly #settings: RunSettings;
  readonly #runs = new Map<JobRun, Promise<void>>();
  #wake = new AbortController();
  #isStopped = false;
  #stopListening: () => Promise<void> = async () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(database: Database, logger: Logger, options: WorkerOptions) {
    const { queue, handler, concurrency = 1, leaseMs = 30_000, pollMs = 1000, backOff = DEFAULT_BACK_OFF } = options;
    this.#queue = queue;
    this.#concurrency = concurrency;
    this.#pollMs = pollMs;
    this.#settings = { database, handler, leaseMs, backOff, logger, random: Math.random };
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#settings.database.listen(JOB_CHANNEL, (queue) => {
      if (queue === this.#queue || queue === "") this.#wake.abort();
    });
    this.#loop = this.#takeUntilStopped();
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#isStopped = true;
    this.#wake.abort();
    await Promise.all([this.#loop, this.#stopListening()]);
    const ended = Promise.all(this.#runs.values());
    await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
    for (const run of this.#runs.keys()) run.abort();
    await Promise.race([ended, delay(ABORT_PATIENCE_MS, undefined, { ref: false })]);
  }

  async #takeUntilStopped(): Promise<void> {
    while (!this.#isStopped) {
      this.#wake = new AbortController();
      const taken = await this.#takeDue();
      if (taken === 0 && !this.#isStopped) await this.#sleep();
    }
  }

  async #takeDue(): Promise<number> {
    const free = this.#concurrency - this.#runs.size;
    if (free <= 0) return 0;
    const { database, leaseMs, logger } = this.#settings;
    try {
      const jobs = await claimJobs(database, this.#queue, this.#name, free, leaseMs);
      for (const job of jobs) this.#begin(new JobRun(job, this.#name, this.#settings));
      return jobs.length;
    } catch (error) {
      logger.warn({ err: error, queue: this.#queue }, "no jobs could be taken; trying again");
      return 0;
    }
  }

  #begin(run: JobRun): void {
    const ended = run.run().then(() => {
      this.#runs.delete(run);
      this.#wake.abort();
    });
    this.#runs.set(run, ended);
  }

  async #sleep(): Promise<void> {
    await delay(this.#pollMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
  }
}
