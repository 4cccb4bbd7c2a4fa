import { setInterval as every } from "node:timers/promises";
import { describeError, NightflowError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database, Sql } from "../relational/database.ts";
import { waitAfter } from "./back-off.ts";
import {
  type BackOff,
  type Job,
  type JobContext,
  type JobHandler,
  JobLeaseLostError,
  JobRolledBackError,
} from "./job-queue.ts";
import { giveBack, type Lease, markDead, markDone, markWaiting, renewLease, setProgress } from "./job-rows.ts";

export interface RunSettings {
  readonly database: Database;
  readonly handler: JobHandler;
  readonly leaseMs: number;
  readonly backOff: BackOff;
  readonly logger: Logger;
  readonly random: () => number;
}

const ERROR_LENGTH = 2000;

/** One try of one job, from its claim to its mark. */
export class JobRun {
  readonly #job: Job;
  readonly #lease: Lease;
  readonly #settings: RunSettings;
  readonly #abort = new AbortController();
  #isStopping = false;
  #wasCompleted = false;

  constructor(job: Job, worker: string, settings: RunSettings) {
    this.#job = job;
    this.#lease = { jobId: job.id, worker, attempt: job.attempts };
    this.#settings = settings;
  }

  /** Runs the handler and marks the job; never rejects. A mark that cannot be written is left to the lease. */
  async run(): Promise<void> {
    const { logger, handler } = this.#settings;
    const done = new AbortController();
    const renewal = this.#renewUntil(done.signal);
    try {
      await handler(this.#job, this.#context());
      await this.#succeed();
    } catch (error) {
      await this.#fail(error).catch((problem: unknown) => {
        logger.error(
          { err: problem, job: this.#job.id },
          "a job's failure could not be recorded; its lease will run out",
        );
      });
    } finally {
      done.abort();
      await renewal;
    }
  }

  /** Tells the handler to end; the job goes back to the queue unless it ends well. */
  abort(): void {
    this.#isStopping = true;
    this.#abort.abort(new JobLeaseLostError("the worker stops"));
  }

  #context(): JobContext {
    const { database } = this.#settings;
    return {
      signal: this.#abort.signal,
      progress: async (share) => void (await setProgress(database, this.#lease, Math.min(1, Math.max(0, share)))),
      completeIn: (tx) => this.#completeIn(tx),
    };
  }

  async #completeIn(tx: Sql): Promise<void> {
    if (!(await markDone(tx, this.#lease))) throw this.#leaseLost();
    this.#wasCompleted = true;
  }

  async #succeed(): Promise<void> {
    const { database, leaseMs } = this.#settings;
    if (!this.#wasCompleted) {
      if (!(await markDone(database, this.#lease))) throw this.#leaseLost();
    } else if (await renewLease(database, this.#lease, leaseMs)) {
      throw new JobRolledBackError(`the transaction that completed job ${this.#job.id} was rolled back`);
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { database, logger, backOff, random } = this.#settings;
    const { id, queue, attempts, maxAttempts } = this.#job;
    if (this.#isStopping) return void (await giveBack(database, this.#lease));
    const text = describeError(error).slice(0, ERROR_LENGTH);
    const isHopeless = error instanceof NightflowError && !error.retriable;
    logger.warn({ err: error, job: id, queue, attempts }, "a job failed");
    if (attempts < maxAttempts && !isHopeless) {
      await markWaiting(database, this.#lease, waitAfter(attempts, backOff, random()), text);
    } else if (await markDead(database, this.#lease, text)) {
      logger.error(
        { err: error, job: id, queue, attempts },
        "a job is dead; it stays in the list until somebody retries it",
      );
    }
  }

  async #renewUntil(done: AbortSignal): Promise<void> {
    const { database, leaseMs, logger } = this.#settings;
    let heldUntilMs = performance.now() + leaseMs;
    try {
      for await (const _ of every(leaseMs / 3, undefined, { signal: done })) {
        const askedAtMs = performance.now();
        const isHeld = await renewLease(database, this.#lease, leaseMs).catch((error: unknown) => {
          logger.warn({ err: error, job: this.#job.id }, "a job's lease could not be renewed");
          return undefined;
        });
        if (isHeld === true) heldUntilMs = askedAtMs + leaseMs;
        else if ((isHeld === false && !this.#wasCompleted) || performance.now() > heldUntilMs)
          this.#abort.abort(this.#leaseLost());
      }
    } catch {
      // The run has ended, and the timer with it.
    }
  }

  #leaseLost(): JobLeaseLostError {
    return new JobLeaseLostError(`job ${this.#job.id} was taken over by another worker`);
  }
}
