import { type Clock, realClock } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database } from "../relational/database.ts";
import { DEFAULT_BACK_OFF } from "./back-off.ts";
import type { JobQueue, JobWorker, WorkerOptions } from "./job-queue.ts";
import type { RunSettings } from "./job-run.ts";
import { JobScheduler } from "./job-scheduler.ts";
import { PgJobWorker } from "./pg-job-worker.ts";
import type { RelayDeps, RelayOptions } from "./redis/job-relay.ts";
import { checkedRedisUrl } from "./redis/redis-names.ts";
import { RowJobQueue } from "./row-job-queue.ts";
import { type RunningPart, SharedParts } from "./shared-parts.ts";

/** What a job queue needs, and what it stands on. */
export interface JobQueueOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** `redis://…`: BullMQ on this Redis hands the jobs out, moved there by a relay. Without it PostgreSQL does. */
  readonly redisUrl?: string | undefined;
  /** Business clock of schedules; default the machine's. */
  readonly clock?: Clock;
  /** Settings of the relay that runs beside this process' workers; false where relays run elsewhere (`startJobRelay`). */
  readonly relay?: RelayOptions | false;
  /** Longest real time without a look at the schedules; default 10 s. */
  readonly schedulePollMs?: number;
}

/**
 * The job queue. Jobs are rows of PostgreSQL on either way, so both may run at once, and an installation may change from
 * one to the other with jobs under way.
 *
 * @throws {ConfigError} when `redisUrl` is no address of a Redis.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { db, logger, clock = realClock, redisUrl } = options;
  if (redisUrl !== undefined) checkedRedisUrl(redisUrl);
  const parts = new SharedParts(() => startParts(options, clock));
  const startWorker = async (wanted: WorkerOptions) => {
    await parts.enter();
    return startWorkerIn(parts, await workerOf(settingsOf(db, logger, wanted), wanted, redisUrl));
  };
  return new RowJobQueue({ db, clock, startWorker });
}

// BullMQ and its Redis client are hundreds of modules; a program without Redis starts without them.
async function workerOf(settings: RunSettings, wanted: WorkerOptions, redisUrl: string | undefined) {
  if (redisUrl === undefined) return new PgJobWorker(settings, wanted);
  const { BullJobWorker } = await import("./redis/bull-job-worker.ts");
  return new BullJobWorker(settings, wanted, redisUrl);
}

/** Moves committed jobs to Redis until it is stopped; for a process that does nothing else. */
export async function startJobRelay(deps: RelayDeps, options?: RelayOptions): Promise<RunningPart> {
  const { JobRelay } = await import("./redis/job-relay.ts");
  const relay = new JobRelay(deps, options);
  await relay.start();
  return relay;
}

async function startParts(options: JobQueueOptions, clock: Clock): Promise<RunningPart[]> {
  const { db, logger, redisUrl, relay, schedulePollMs } = options;
  const scheduler = new JobScheduler({ db, logger, clock, pollMs: schedulePollMs });
  await scheduler.start();
  if (redisUrl === undefined || relay === false) return [scheduler];
  try {
    return [scheduler, await startJobRelay({ db, logger, redisUrl }, relay)];
  } catch (error) {
    await scheduler.stop();
    throw error;
  }
}

async function startWorkerIn(parts: SharedParts, worker: JobWorker & { start(): Promise<void> }): Promise<JobWorker> {
  try {
    await worker.start();
  } catch (error) {
    await parts.leave();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = async (graceMs?: number) => {
    await worker.stop(graceMs);
    await parts.leave();
  };
  return {
    stop(graceMs) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

function settingsOf(database: Database, logger: Logger, options: WorkerOptions): RunSettings {
  const { handler, leaseMs = 30_000, backOff = DEFAULT_BACK_OFF } = options;
  return { database, handler, leaseMs, backOff, logger, random: Math.random };
}
