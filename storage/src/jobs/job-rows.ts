import type { Sql } from "../relational/database.ts";
import type { Job } from "./job-queue.ts";

/** Columns of a job under the names of `Job`. */
export const JOB_COLUMNS = `id, queue, payload, dedupe_key as "dedupeKey", state, attempts, max_attempts as "maxAttempts",
  run_at as "runAt", progress, last_error as "lastError", created_at as "createdAt", finished_at as "finishedAt"`;

/** The right to work on one job: this worker, this try. A later try has other values, so an old holder changes nothing. */
export interface Lease {
  readonly jobId: string;
  readonly worker: string;
  readonly attempt: number;
}

const HELD = "id = $1 and locked_by = $2 and attempts = $3 and state = 'running'";

/**
 * Takes up to `limit` jobs that are due, oldest first; those of a silent worker too. A job whose last try ended in
 * silence is dead: what kills its worker each time must not do so for ever.
 */
export async function claimJobs(
  db: Sql,
  queue: string,
  worker: string,
  limit: number,
  leaseMs: number,
): Promise<Job[]> {
  await db.query(
    `update job set state = 'dead', finished_at = now(), locked_by = null, locked_until = null,
       last_error = 'the worker ended without a word at the last try'
     where queue = $1 and state = 'running' and locked_until < now() and attempts >= max_attempts`,
    [queue],
  );
  const { rows } = await db.query<Job & { [column: string]: unknown }>(
    `update job set state = 'running', attempts = attempts + 1, locked_by = $2, progress = null,
       locked_until = now() + $4 * interval '1 ms'
     where id in (
       select id from job
       where queue = $1 and (state = 'waiting' and run_at <= now() or state = 'running' and locked_until < now())
       order by run_at limit $3 for update skip locked)
     returning ${JOB_COLUMNS}`,
    [queue, worker, limit, leaseMs],
  );
  return rows;
}

/** Holds a job for longer; false when the lease is lost. */
export function renewLease(db: Sql, lease: Lease, leaseMs: number): Promise<boolean> {
  return change(db, lease, "locked_until = now() + $4 * interval '1 ms'", [leaseMs]);
}

export function setProgress(db: Sql, lease: Lease, share: number): Promise<boolean> {
  return change(db, lease, "progress = $4", [share]);
}

export function markDone(db: Sql, lease: Lease): Promise<boolean> {
  const values = "state = 'done', finished_at = now(), locked_by = null, locked_until = null, progress = 1";
  return change(db, lease, `${values}, last_error = null`);
}

/** Puts a failed job back for a later try. */
export function markWaiting(db: Sql, lease: Lease, waitMs: number, error: string): Promise<boolean> {
  const values = "state = 'waiting', locked_by = null, locked_until = null";
  return change(db, lease, `${values}, run_at = now() + $4 * interval '1 ms', last_error = $5`, [waitMs, error]);
}

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
