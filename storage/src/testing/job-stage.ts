import { type Clock, realClock } from "@nightflow/domain";
import { expect, onTestFinished } from "vitest";
import { createJobQueue, type JobQueueOptions } from "../jobs/create-job-queue.ts";
import type { Job, JobContext, JobQueue, JobWorker, WorkerOptions } from "../jobs/job-queue.ts";
import type { Database } from "../relational/database.ts";
import { silentLogger, type TestDatabase } from "./postgres.ts";

/** An empty database with a job queue on it; `effect` is a table for what handlers do. */
export interface JobStage {
  readonly database: Database;
  readonly url: string;
  readonly jobs: JobQueue;
  /** Another queue on the same database, as another process has one. */
  another(clock?: Clock): JobQueue;
  /** Where the jobs travel over Redis. */
  readonly redisUrl?: string;
}

/** Makes a stage for one test. */
export type MakeJobStage = () => Promise<JobStage>;

/** A stage on a fresh database, whose connections end with the test; `options` say who hands out the jobs. */
export async function jobStageOn(
  { database, url }: TestDatabase,
  options: Pick<JobQueueOptions, "redisUrl" | "relay"> = {},
): Promise<JobStage> {
  onTestFinished(() => database.close());
  await database.query("create table effect (job uuid not null)");
  const deps = { db: database, logger: silentLogger, schedulePollMs: 20, ...options };
  const another = (clock: Clock = realClock) => createJobQueue({ ...deps, clock });
  const { redisUrl } = options;
  return { database, url, jobs: another(), another, ...(redisUrl === undefined ? {} : { redisUrl }) };
}

export const QUEUE = "tickets";

/** Polls until an expectation holds; a machine under load may need long. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000, interval: 20 });

/** Starts a worker that tries again at once, and stops it after the test. */
export async function work(
  jobs: JobQueue,
  options: Partial<WorkerOptions> & Pick<WorkerOptions, "handler">,
): Promise<JobWorker> {
  const worker = await jobs.startWorker({
    queue: QUEUE,
    backOff: { firstMs: 1, longestMs: 1 },
    pollMs: 50,
    ...options,
  });
  onTestFinished(() => worker.stop(0));
  return worker;
}

export const stateOf = async (jobs: JobQueue, id: string) => (await jobs.find(id))?.state;

/** How many effects there are. */
export async function effectsOf(database: Database): Promise<number> {
  return (await database.query("select job from effect")).rows.length;
}

/** Does a job's effect in one transaction with its mark. */
export function addEffect(database: Database, job: Job, { completeIn }: JobContext): Promise<void> {
  return database.transaction(async (tx) => {
    await tx.query("insert into effect values ($1)", [job.id]);
    await completeIn(tx);
  });
}

/** A handler that says when it has begun and ends when it is told to, or aborted. */
export function gatedHandler() {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const handler = async (_: Job, { signal }: JobContext) => {
    begun.resolve();
    signal.addEventListener("abort", () => gate.reject(signal.reason));
    await gate.promise;
  };
  return { handler, begun: begun.promise, end: gate.resolve };
}

/** When the lease of the only job ends, epoch ms; 0 when nobody has it. */
export async function lockedUntil(database: Database): Promise<number> {
  const { rows } = await database.query<{ at: Date | null }>("select locked_until as at from job");
  return rows[0]?.at?.getTime() ?? 0;
}
