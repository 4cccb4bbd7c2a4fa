import type { Sql } from "../../relational/database.ts";
import { DUE_AT } from "../job-rows.ts";
import type { NamedRow } from "./redis-names.ts";

/** A job that Redis has to be told of. */
export interface UnsentRow extends NamedRow {
  readonly queue: string;
  /** Until it can be taken; 0 when it is due. */
  readonly waitMs: number;
}

/** A job that Redis was told of. */
export type SentRow = NamedRow & { readonly queue: string };

type Columns<Row> = Row & { [column: string]: unknown };

const IS_OPEN = "state in ('waiting', 'running')";

/** Committed jobs that are not over and of which Redis was not told, oldest first. */
export async function unsentRows(db: Sql, limit: number): Promise<UnsentRow[]> {
  const { rows } = await db.query<Columns<UnsentRow>>(
    `select id, queue, revived, greatest(0, ceil(extract(epoch from ${DUE_AT} - now()) * 1000))::float8 as "waitMs"
     from job where relayed_at is null and ${IS_OPEN} order by id limit $1`,
    [limit],
  );
  return rows;
}

/** Notes that Redis has these jobs. One that was revived since keeps its turn. */
export async function markSent(db: Sql, rows: readonly NamedRow[]): Promise<void> {
  await db.query(
    `update job set relayed_at = now() from unnest($1::uuid[], $2::integer[]) as sent(id, revived)
     where job.id = sent.id and job.revived = sent.revived and relayed_at is null`,
    [rows.map((row) => row.id), rows.map((row) => row.revived)],
  );
}

/** Jobs that are not over and that Redis should have, by id, from the one after `afterId`. */
export async function sentRows(db: Sql, afterId: string, limit: number): Promise<SentRow[]> {
  const { rows } = await db.query<Columns<SentRow>>(
    `select id, queue, revived from job where relayed_at is not null and ${IS_OPEN} and id > $1 order by id limit $2`,
    [afterId, limit],
  );
  return rows;
}

/** Notes that Redis has forgotten these jobs; those that are over by now need nothing. */
export async function markUnsent(db: Sql, rows: readonly NamedRow[]): Promise<void> {
  await db.query(`update job set relayed_at = null where id = any($1) and ${IS_OPEN}`, [rows.map((row) => row.id)]);
}
