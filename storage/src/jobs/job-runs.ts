import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "./job-queue.ts";
import { JobRun, type RunSettings } from "./job-run.ts";

const ABORT_PATIENCE_MS = 2000;

/** The jobs under way in one worker, whoever hands them out. */
export class JobRuns {
  /** Under this name the worker holds its leases. */
  readonly worker: string = randomUUID();
  readonly #settings: RunSettings;
  readonly #runs = new Map<JobRun, Promise<void>>();

  constructor(settings: RunSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Runs a job that this worker has claimed, to its mark; never rejects. */
  run(job: Job): Promise<void> {
    const run = new JobRun(job, this.worker, this.#settings);
    const ended = run.run().finally(() => this.#runs.delete(run));
    this.#runs.set(run, ended);
    return ended;
  }

  /** Waits up to `graceMs` for what is under way, then aborts it and waits a little more. */
  async end(graceMs: number): Promise<void> {
    const ended = Promise.all(this.#runs.values());
    await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
    for (const run of this.#runs.keys()) run.abort();
    await Promise.race([ended, delay(ABORT_PATIENCE_MS, undefined, { ref: false })]);
  }
}
