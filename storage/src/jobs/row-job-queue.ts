import { type Clock, newId } from "@nightflow/domain";
import type { Database, Sql } from "../relational/database.ts";
import type { Job, JobFilter, JobPage, JobQueue, JobRequest, JobWorker, WorkerOptions } from "./job-queue.ts";
import { IS_CANCELLED, JOB_COLUMNS, type JobRow, jobsWhere } from "./job-rows.ts";
import type { JobSchedule, ScheduleRequest } from "./job-schedule.ts";
import { JOB_CHANNEL } from "./pg-job-worker.ts";
import { dropSchedule, keepSchedule, listSchedules } from "./schedule-rows.ts";

/** What a queue of rows needs. */
export interface RowJobQueueDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Starts a worker on whatever hands out the rows. */
  readonly startWorker: (options: WorkerOptions) => Promise<JobWorker>;
}

/** The job queue whose jobs are rows of PostgreSQL, whoever hands them out. */
export class RowJobQueue implements JobQueue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #startWorker: (options: WorkerOptions) => Promise<JobWorker>;

  constructor({ db, clock, startWorker }: RowJobQueueDeps) {
    this.#database = db;
    this.#clock = clock;
    this.#startWorker = startWorker;
  }

  async enqueue(tx: Sql, request: JobRequest): Promise<{ id: string; isNew: boolean }> {
    const { queue, payload, dedupeKey = null, runAt = null, maxAttempts = 8 } = request;
    const id = newId();
    const { rowCount } = await tx.query(
      `insert into job (id, queue, dedupe_key, payload, max_attempts, run_at)
       values ($1, $2, $3, $4, $5, coalesce($6, now()))
       on conflict (queue, dedupe_key) where dedupe_key is not null do nothing`,
      [id, queue, dedupeKey, JSON.stringify(payload), maxAttempts, runAt],
    );
    if (rowCount === 1) {
      await tx.query("select pg_notify($1, $2)", [JOB_CHANNEL, queue]);
      return { id, isNew: true };
    }
    const found = await tx.query<{ id: string }>("select id from job where queue = $1 and dedupe_key = $2", [
      queue,
      dedupeKey,
    ]);
    return { id: found.rows[0]?.id ?? id, isNew: false };
  }

  startWorker(options: WorkerOptions): Promise<JobWorker> {
    return this.#startWorker(options);
  }

  async list({ limit = 100, beforeId, ...filter }: JobFilter & JobPage = {}): Promise<Job[]> {
    const { where, values } = jobsWhere(filter);
    const { rows } = await this.#database.query<JobRow>(
      `select ${JOB_COLUMNS} from job where ${where} 
         and ($5::uuid is null or (created_at, id) < (select created_at, id from job where id = $5))
       order by created_at desc, id desc limit $6`,
      [...values, beforeId ?? null, limit],
    );
    return rows;
  }

  async count(filter: JobFilter = {}): Promise<number> {
    const { where, values } = jobsWhere(filter);
    const sql = `select count(*)::float8 as count from job where ${where}`;
    return (await this.#database.query<{ count: number }>(sql, values)).rows[0]?.count ?? 0;
  }

  dead(queue?: string): Promise<Job[]> {
    return this.list({ state: "dead", ...(queue === undefined ? {} : { queue }) });
  }

  async find(id: string): Promise<Job | undefined> {
    return (await this.#database.query<JobRow>(`select ${JOB_COLUMNS} from job where id = $1`, [id])).rows[0];
  }

  async retry(id: string): Promise<boolean> {
    return (await this.#database.transaction((tx) => this.revive(tx, { ids: [id], state: "dead" }))) === 1;
  }

  async revive(tx: Sql, filter: JobFilter): Promise<number> {
    const { where, values } = jobsWhere(filter);
    const { rows } = await tx.query<{ queue: string }>(
      `update job set state = 'waiting', attempts = 0, run_at = now(), finished_at = null, progress = null,
         last_error = case when ${IS_CANCELLED} then null else last_error end, relayed_at = null, revived = revived + 1
       where ${where} and (state = 'dead' or ${IS_CANCELLED}) returning queue`,
      values,
    );
    for (const queue of new Set(rows.map((row) => row.queue)))
      await tx.query("select pg_notify($1, $2)", [JOB_CHANNEL, queue]);
    return rows.length;
  }

  async cancel(tx: Sql, filter: JobFilter, why: string): Promise<number> {
    const { where, values } = jobsWhere(filter);
    const { rowCount } = await tx.query(
      `update job set state = 'done', finished_at = now(), progress = null, last_error = $5
       where ${where} and state = 'waiting'`,
      [...values, why],
    );
    return rowCount ?? 0;
  }

  async forgetDone(before: Date): Promise<number> {
    const sql = "delete from job where state = 'done' and dedupe_key is null and finished_at < $1";
    return (await this.#database.query(sql, [before])).rowCount ?? 0;
  }

  schedule(tx: Sql, request: ScheduleRequest): Promise<void> {
    return keepSchedule(tx, request, this.#clock.now());
  }

  unschedule(tx: Sql, queue: string, key: string): Promise<boolean> {
    return dropSchedule(tx, queue, key);
  }

  schedules(queue?: string): Promise<JobSchedule[]> {
    return listSchedules(this.#database, queue);
  }
}
