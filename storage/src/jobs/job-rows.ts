import type { Sql } from "../relational/database.ts";
import type { Job, JobFilter, JobStanding } from "./job-queue.ts";

/** Columns of a job under the names of `Job`. */
export const JOB_COLUMNS = `id, queue, payload, dedupe_key as "dedupeKey", state, attempts, max_attempts as "maxAttempts",
  run_at as "runAt", progress, last_error as "lastError", created_at as "createdAt", finished_at as "finishedAt",
  schedule_key as "scheduleKey", fire_at as "fireAt"`;

/** A job as the database gives it. */
export type JobRow = Job & { [column: string]: unknown };

/** What a cancelled job looks like, as SQL: one that ended well has no error. */
export const IS_CANCELLED = "(state = 'done' and last_error is not null)";

/** How a job stands. */
export function jobStanding({ state, lastError }: Pick<Job, "state" | "lastError">): JobStanding {
  return state === "done" && lastError !== null ? "cancelled" : state;
}

/** The condition of a filter, as SQL with its four values. */
export function jobsWhere({ queue, state, ids, error }: JobFilter): {
  readonly where: string;
  readonly values: unknown[];
} {
  const standing = `case when ${IS_CANCELLED} then 'cancelled' else state end`;
  return {
    where: `($1::text is null or queue = $1) and ($2::text is null or ${standing} = $2)
      and ($3::uuid[] is null or id = any($3)) and ($4::text is null or strpos(lower(last_error), lower($4)) > 0)`,
    values: [queue ?? null, state ?? null, ids ?? null, error ?? null],
  };
}

/** The right to work on one job: this worker, this try. A later try has other values, so an old holder changes nothing. */
export interface Lease {
  readonly jobId: string;
  readonly worker: string;
  readonly attempt: number;
}

const HELD = "id = $1 and locked_by = $2 and attempts = $3 and state = 'running'";
const CAN_BE_TAKEN = "(state = 'waiting' and run_at <= now() or state = 'running' and locked_until < now())";

/** When a job that is not over can be taken, as SQL. */
export const DUE_AT = "case state when 'waiting' then run_at when 'running' then locked_until end";

/** Takes up to `limit` jobs that are due, oldest first; those of a silent worker too. */
export async function claimJobs(
  db: Sql,
  queue: string,
  worker: string,
  limit: number,
  leaseMs: number,
): Promise<Job[]> {
  await buryLost(db, "queue = $1", queue);
  const due = `select id from job where queue = $1 and ${CAN_BE_TAKEN} order by run_at limit $4 for update skip locked`;
  return take(db, `id in (${due})`, [queue, worker, leaseMs, limit]);
}

/** Takes one job; undefined when it is not due, over, or in another worker's hands. */
export async function claimJob(db: Sql, id: string, worker: string, leaseMs: number): Promise<Job | undefined> {
  await buryLost(db, "id = $1", id);
  return (await take(db, `id = $1 and ${CAN_BE_TAKEN}`, [id, worker, leaseMs]))[0];
}

/** How long until a job can be taken, in ms; undefined when it is over or forgotten. */
export async function waitOfJob(db: Sql, id: string): Promise<number | undefined> {
  const { rows } = await db.query<{ waitMs: number | null }>(
    `select ceil(extract(epoch from ${DUE_AT} - now()) * 1000)::float8 as "waitMs" from job where id = $1`,
    [id],
  );
  const waitMs = rows[0]?.waitMs ?? undefined;
  return waitMs === undefined ? undefined : Math.max(0, waitMs);
}

// A job whose last try ended in silence is dead: what kills its worker each time must not do so for ever.
async function buryLost(db: Sql, which: string, value: string): Promise<void> {
  await db.query(
    `update job set state = 'dead', finished_at = now(), locked_by = null, locked_until = null,
       last_error = 'the worker ended without a word at the last try'
     where ${which} and state = 'running' and locked_until < now() and attempts >= max_attempts`,
    [value],
  );
}

async function take(db: Sql, which: string, values: readonly unknown[]): Promise<Job[]> {
  const { rows } = await db.query<JobRow>(
    `update job set state = 'running', attempts = attempts + 1, locked_by = $2, progress = null,
       locked_until = now() + $3 * interval '1 ms'
     where ${which} returning ${JOB_COLUMNS}`,
    values,
  );
  return rows;
}

/** Holds a job for longer; false when the lease is lost. */
export function renewLease(db: Sql, lease: Lease, leaseMs: number): Promise<boolean> {
  return change(db, lease, "locked_until = now() + $4 * interval '1 ms'", [leaseMs]);
}

/** Notes how far a job is; false when the lease is lost. */
export function setProgress(db: Sql, lease: Lease, share: number): Promise<boolean> {
  return change(db, lease, "progress = $4", [share]);
}

/** Ends a job well; false when the lease is lost. */
export function markDone(db: Sql, lease: Lease): Promise<boolean> {
  const values = "state = 'done', finished_at = now(), locked_by = null, locked_until = null, progress = 1";
  return change(db, lease, `${values}, last_error = null`);
}

/** Puts a failed job back for a later try. */
export function markWaiting(db: Sql, lease: Lease, waitMs: number, error: string): Promise<boolean> {
  const values = "state = 'waiting', locked_by = null, locked_until = null";
  return change(db, lease, `${values}, run_at = now() + $4 * interval '1 ms', last_error = $5`, [waitMs, error]);
}

/** Ends a job for good after a failure; it stays in the list. */
export function markDead(db: Sql, lease: Lease, error: string): Promise<boolean> {
  const values = "state = 'dead', finished_at = now(), locked_by = null, locked_until = null";
  return change(db, lease, `${values}, last_error = $4`, [error]);
}

/** Gives a job back as if it had never been tried; for a worker that stops. */
export function giveBack(db: Sql, lease: Lease): Promise<boolean> {
  const values = "state = 'waiting', locked_by = null, locked_until = null, progress = null";
  return change(db, lease, `${values}, attempts = attempts - 1, run_at = now()`);
}

async function change(db: Sql, lease: Lease, assignments: string, values: readonly unknown[] = []): Promise<boolean> {
  const held = [lease.jobId, lease.worker, lease.attempt];
  const { rowCount } = await db.query(`update job set ${assignments} where ${HELD}`, [...held, ...values]);
  return rowCount === 1;
}
