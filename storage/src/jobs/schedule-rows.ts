import { newId } from "@nightflow/domain";
import type { Database, Sql } from "../relational/database.ts";
import { latestFireMs, nextFireMs } from "./cron.ts";
import { type JobSchedule, JobScheduleError, type ScheduleRequest } from "./job-schedule.ts";
import { JOB_CHANNEL } from "./pg-job-worker.ts";

/** NOTIFY channel that says: a schedule was changed. */
export const SCHEDULE_CHANNEL = "job_schedule";

const SCHEDULE_COLUMNS = `queue, key, cron, time_zone as "timeZone", payload, max_attempts as "maxAttempts", missed,
  next_fire_at as "nextFireAt", last_fire_at as "lastFireAt", fault`;

type ScheduleRow = JobSchedule & { [column: string]: unknown };

/** What became of a schedule that was due: it fired, or fires no more for its fault. */
export type FireResult = Pick<JobSchedule, "queue" | "key" | "fault">;

/** Keeps a schedule. Its first instant is the next one after `nowMs`. @throws {JobScheduleError} */
export async function keepSchedule(tx: Sql, request: ScheduleRequest, nowMs: number): Promise<void> {
  const { queue, key, cron, timeZone, payload, maxAttempts = 8, missed = "latest" } = request;
  const first = new Date(nextFireMs(request, nowMs));
  await tx.query(
    `insert into job_schedule (queue, key, cron, time_zone, payload, max_attempts, missed, next_fire_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (queue, key) do update set
       cron = excluded.cron, time_zone = excluded.time_zone, payload = excluded.payload,
       max_attempts = excluded.max_attempts, missed = excluded.missed, fault = null,
       next_fire_at = case when job_schedule.cron = excluded.cron and job_schedule.time_zone = excluded.time_zone
         then coalesce(job_schedule.next_fire_at, excluded.next_fire_at) else excluded.next_fire_at end`,
    [queue, key, cron, timeZone, JSON.stringify(payload), maxAttempts, missed, first],
  );
  await tx.query("select pg_notify($1, $2)", [SCHEDULE_CHANNEL, queue]);
}

/** Ends a schedule; false when there is none. */
export async function dropSchedule(tx: Sql, queue: string, key: string): Promise<boolean> {
  return (await tx.query("delete from job_schedule where queue = $1 and key = $2", [queue, key])).rowCount === 1;
}

/** The schedules of a queue, or all, by queue and key. */
export async function listSchedules(db: Sql, queue?: string): Promise<JobSchedule[]> {
  const sql = `select ${SCHEDULE_COLUMNS} from job_schedule where $1::text is null or queue = $1 order by queue, key`;
  return (await db.query<ScheduleRow>(sql, [queue ?? null])).rows;
}

/** The next instant of any schedule, epoch ms of the business clock; undefined when there is none. */
export async function nextFireOfAllMs(db: Sql): Promise<number | undefined> {
  const { rows } = await db.query<{ at: Date | null }>("select min(next_fire_at) as at from job_schedule");
  return rows[0]?.at?.getTime();
}

/**
 * Fires one schedule that is due, if any: its job and its next instant commit together under the row's lock, so that of
 * several processes one fires each instant, and a kill between the two leaves neither. Gives what became of it.
 */
export function fireOneDue(db: Database, nowMs: number): Promise<FireResult | undefined> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<ScheduleRow>(
      `select ${SCHEDULE_COLUMNS} from job_schedule where next_fire_at <= $1
       order by next_fire_at limit 1 for update skip locked`,
      [new Date(nowMs)],
    );
    const [due] = rows;
    return due?.nextFireAt ? await fire(tx, due, due.nextFireAt.getTime(), nowMs) : undefined;
  });
}

async function fire(tx: Sql, due: JobSchedule, dueMs: number, nowMs: number): Promise<FireResult> {
  const { queue, key } = due;
  const fires = firesOf(due, dueMs, nowMs);
  if (fires.fault !== undefined) {
    await setFault(tx, due, fires.fault);
    return { queue, key, fault: fires.fault };
  }
  const fireAt = new Date(fires.fireMs);
  if (due.missed === "each" || !(await moveWaiting(tx, due, fireAt))) await addJob(tx, due, fireAt);
  await tx.query("update job_schedule set next_fire_at = $3, last_fire_at = $4 where queue = $1 and key = $2", [
    queue,
    key,
    new Date(fires.nextMs),
    fireAt,
  ]);
  return { queue, key, fault: null };
}

// An expression that could be read once may be refused by a later version of its reader or of the zones.
type Fires =
  | { readonly fireMs: number; readonly nextMs: number; readonly fault?: undefined }
  | { readonly fault: string };

function firesOf(due: JobSchedule, dueMs: number, nowMs: number): Fires {
  try {
    if (due.missed === "each") return { fireMs: dueMs, nextMs: nextFireMs(due, dueMs) };
    return { fireMs: latestFireMs(due, dueMs, nowMs), nextMs: nextFireMs(due, nowMs) };
  } catch (error) {
    if (error instanceof JobScheduleError) return { fault: error.message };
    throw error;
  }
}

async function setFault(tx: Sql, { queue, key }: JobSchedule, fault: string): Promise<void> {
  const sql = "update job_schedule set next_fire_at = null, fault = $3 where queue = $1 and key = $2";
  await tx.query(sql, [queue, key, fault]);
}

async function moveWaiting(tx: Sql, { queue, key, payload }: JobSchedule, fireAt: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update job set fire_at = $3, payload = $4 where id = (
       select id from job where queue = $1 and schedule_key = $2 and state = 'waiting'
       order by id limit 1 for update skip locked)`,
    [queue, key, fireAt, JSON.stringify(payload)],
  );
  return rowCount === 1;
}

async function addJob(tx: Sql, { queue, key, payload, maxAttempts }: JobSchedule, fireAt: Date): Promise<void> {
  await tx.query(
    `insert into job (id, queue, payload, max_attempts, schedule_key, fire_at) values ($1, $2, $3, $4, $5, $6)`,
    [newId(), queue, JSON.stringify(payload), maxAttempts, key, fireAt],
  );
  await tx.query("select pg_notify($1, $2)", [JOB_CHANNEL, queue]);
}
