import type { Clock } from "@nightflow/domain";
import { type Database, type Job, type JobQueue, type JobStanding, jobStanding } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { encodeCursor } from "../http/paging.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import { type CancelBody, idOfCursor, type JobPage, type JobQuery, type JobRow, type RetryBody } from "./wire.ts";

/** What looking after jobs needs. */
export interface JobCare {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly clock: Clock;
}

/** A job as the API shows it. */
export function toJobRow(job: Job): JobRow {
  const { id, queue, payload, attempts, maxAttempts, progress, lastError } = job;
  return {
    ...{ id, queue, payload, attempts, maxAttempts, progress, lastError },
    state: jobStanding(job),
    runAt: job.runAt.getTime(),
    createdAt: job.createdAt.getTime(),
    finishedAt: job.finishedAt?.getTime() ?? null,
    schedule: job.scheduleKey,
    fireAt: job.fireAt?.getTime() ?? null,
  };
}

/** A page of jobs. */
export async function jobPage(jobs: JobQueue, query: JobQuery): Promise<z.infer<typeof JobPage>> {
  const { limit, cursor, state, ...filter } = query;
  const beforeId = cursor === undefined ? undefined : idOfCursor(cursor);
  const found = await jobs.list({ ...filter, state: standingOf(state), limit: limit + 1, beforeId });
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit).map(toJobRow),
    nextCursor: last === undefined ? null : encodeCursor(last.id, last.id),
  };
}

/** A state of a query as the queue knows it. */
export function standingOf(state: JobQuery["state"]): JobStanding | undefined {
  return state === "all" ? undefined : state;
}

/** One job. @throws {NotFoundProblem} */
export async function findJob(jobs: JobQueue, id: string): Promise<JobRow> {
  const job = await jobs.find(id);
  if (job === undefined) throw new NotFoundProblem("job", id);
  return toJobRow(job);
}

/** Gives one dead or cancelled job its tries again. @throws {ConflictProblem} when it is neither. */
export async function retryJob({ db, jobs, clock }: JobCare, by: Principal, id: string): Promise<JobRow> {
  await findJob(jobs, id);
  await db.transaction(async (tx) => {
    if ((await jobs.revive(tx, { ids: [id] })) === 0)
      throw new ConflictProblem("JOB_NOT_DEAD", "only a job that has failed for good or was cancelled is retried");
    await recordAudit(tx, clock, by, { action: "job.retry", kind: "job", subject: id });
  });
  return findJob(jobs, id);
}

/** Gives dead or cancelled jobs their tries again; gives how many. */
export async function retryJobs({ db, jobs, clock }: JobCare, by: Principal, body: RetryBody): Promise<number> {
  const { ids, filter, reason } = body;
  return db.transaction(async (tx) => {
    const count = await jobs.revive(tx, { ids, ...filter });
    if (count === 0) throw nothingMeant("dead or cancelled");
    await recordAudit(tx, clock, by, { ...note("job.retry", body), after: { ids, filter, count }, reason });
    return count;
  });
}

/** Ends jobs that wait, without a try; gives how many. */
export async function cancelJobs({ db, jobs, clock }: JobCare, by: Principal, body: CancelBody): Promise<number> {
  const { ids, filter, reason } = body;
  return db.transaction(async (tx) => {
    const count = await jobs.cancel(tx, { ids, ...filter }, `${by.login}: ${reason}`);
    if (count === 0) throw nothingMeant("waiting");
    await recordAudit(tx, clock, by, { ...note("job.cancel", body), after: { ids, filter, count }, reason });
    return count;
  });
}

function note(action: string, { ids, filter }: CancelBody) {
  return { action, kind: "job", subject: ids?.length === 1 ? String(ids[0]) : (filter?.queue ?? "*") };
}

function nothingMeant(state: string): ConflictProblem {
  return new ConflictProblem("NO_SUCH_JOBS", `none of these jobs is ${state}`, {
    remedy: "load the list again: they may have run, or somebody else was faster",
  });
}
