import { type Clock, newId } from "@nightflow/domain";
import type { Database, Sql } from "../relational/database.ts";
import type { Job, JobFilter, JobQueue, JobRequest, JobWorker, WorkerOptions } from "./job-queue.ts";
import { JOB_COLUMNS, type JobRow } from "./job-rows.ts";
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

  async list({ queue, state, limit = 100 }: JobFilter = {}): Promise<Job[]> {
    const { rows } = await this.#database.query<JobRow>(
      `select ${JOB_COLUMNS} from job where ($1::text is null or queue = $1) and ($2::text is null or state = $2)
       order by created_at desc, id desc limit $3`,
      [queue ?? null, state ?? null, limit],
    );
    return rows;
  }

  dead(queue?: string): Promise<Job[]> {
    return this.list({ state: "dead", ...(queue === undefined ? {} : { queue }) });
  }

  async find(id: string): Promise<Job | undefined> {
    return (await this.#database.query<JobRow>(`select ${JOB_COLUMNS} from job where id = $1`, [id])).rows[0];
  }

  async retry(id: string): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const { rows } = await tx.query<{ queue: string }>(
        `update job set state = 'waiting', attempts = 0, run_at = now(), finished_at = null, progress = null,
           relayed_at = null, revived = revived + 1
         where id = $1 and state = 'dead' returning queue`,
        [id],
      );
      if (rows[0] !== undefined) await tx.query("select pg_notify($1, $2)", [JOB_CHANNEL, rows[0].queue]);
      return rows[0] !== undefined;
    });
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
