import { Doze } from "./doze.ts";
import type { JobWorker, WorkerOptions } from "./job-queue.ts";
import { claimJobs } from "./job-rows.ts";
import type { RunSettings } from "./job-run.ts";
import { JobRuns } from "./job-runs.ts";

/** NOTIFY channel that says: a job was added; the payload is its queue. */
export const JOB_CHANNEL = "job";

const GRACE_MS = 10_000;

/** Takes jobs of one queue from PostgreSQL and runs them, `concurrency` at a time. */
export class PgJobWorker implements JobWorker {
  readonly #queue: string;
  readonly #concurrency: number;
  readonly #pollMs: number;
  readonly #settings: RunSettings;
  readonly #runs: JobRuns;
  readonly #doze = new Doze();
  #stopListening: () => Promise<void> = async () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(settings: RunSettings, { queue, concurrency = 1, pollMs = 1000 }: WorkerOptions) {
    this.#queue = queue;
    this.#concurrency = concurrency;
    this.#pollMs = pollMs;
    this.#settings = settings;
    this.#runs = new JobRuns(settings);
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#settings.database.listen(JOB_CHANNEL, (queue) => {
      if (queue === this.#queue || queue === "") this.#doze.wake();
    });
    this.#loop = this.#takeUntilStopped();
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#doze.end();
    await Promise.all([this.#loop, this.#stopListening()]);
    await this.#runs.end(graceMs);
  }

  async #takeUntilStopped(): Promise<void> {
    while (!this.#doze.isEnded) {
      if ((await this.#takeDue()) === 0) await this.#doze.sleep(this.#pollMs);
    }
  }

  async #takeDue(): Promise<number> {
    const free = this.#concurrency - this.#runs.size;
    if (free <= 0) return 0;
    const { database, leaseMs, logger } = this.#settings;
    try {
      const jobs = await claimJobs(database, this.#queue, this.#runs.worker, free, leaseMs);
      for (const job of jobs) void this.#runs.run(job).then(() => this.#doze.wake());
      return jobs.length;
    } catch (error) {
      logger.warn({ err: error, queue: this.#queue }, "no jobs could be taken; trying again");
      return 0;
    }
  }
}
