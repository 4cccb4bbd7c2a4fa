import type { Sql } from "../relational/database.ts";

/** How many jobs of a queue wait, run and are dead, and how long the oldest one has been due. */
export interface QueueCensus {
  readonly queue: string;
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
  readonly oldestDueS: number;
}

interface CensusRow {
  queue: string;
  waiting: number;
  running: number;
  dead: number;
  oldest_due_s: number;
}

/** Counts the jobs that are not done, by queue. */
export async function jobCensus(sql: Sql): Promise<QueueCensus[]> {
  const { rows } = await sql.query<CensusRow>(
    `select queue, count(*) filter (where state = 'waiting')::int as waiting,
            count(*) filter (where state = 'running')::int as running, count(*) filter (where state = 'dead')::int as dead,
            greatest(0, coalesce(extract(epoch from now() - min(run_at) filter (where state = 'waiting')), 0))::float8 as oldest_due_s
       from job where state <> 'done' group by queue order by queue`,
  );
  return rows.map(({ oldest_due_s, ...row }) => ({ ...row, oldestDueS: oldest_due_s }));
}
