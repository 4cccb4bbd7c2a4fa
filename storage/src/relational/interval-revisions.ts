import type { RevisionKind } from "@nightflow/domain";
import type { Sql } from "./database.ts";

/** What an interval held before a revision and holds since, in whole counts; null is no volume. */
export type IntervalChange = readonly [startMs: number, before: number | null, since: number | null];

/** A revision of a register's intervals, to be written. */
export interface NewRevision {
  readonly id: string;
  readonly channel: string;
  readonly kind: RevisionKind;
  readonly method: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly changes: readonly IntervalChange[];
  /** How many readings came late; null for people's edits. */
  readonly readings: number | null;
  readonly undoes: string | null;
  readonly reason: string;
  readonly actorId: string | null;
  readonly actor: string;
  readonly atMs: number;
}

/** A revision as it was written; `no` rises by one within a register. */
export interface StoredRevision extends NewRevision {
  readonly no: number;
}

const COLUMNS = `id, channel, no, kind, method, changes, readings, undoes, reason, actor_id as "actorId", actor,
  (extract(epoch from from_at) * 1000)::float8 as "fromMs", (extract(epoch from to_at) * 1000)::float8 as "toMs",
  (extract(epoch from made_at) * 1000)::float8 as "atMs"`;

/** Holds a register's revisions still until the transaction ends, so that two people cannot take one number. */
export async function lockRevisions(tx: Sql, channel: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 9))", [channel]);
}

/** Writes a revision under the next number of its register; null when its id is written already. */
export async function addRevision(tx: Sql, revision: NewRevision): Promise<number | null> {
  await lockRevisions(tx, revision.channel);
  const { rows } = await tx.query<{ no: number }>(
    `insert into interval_revision (id, channel, no, kind, method, from_at, to_at, changes, readings, undoes, reason, actor_id, actor, made_at)
     values ($1, $2, (select coalesce(max(no), 0) + 1 from interval_revision where channel = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (id) do nothing returning no`,
    [
      revision.id,
      revision.channel,
      revision.kind,
      revision.method,
      new Date(revision.fromMs),
      new Date(revision.toMs),
      JSON.stringify(revision.changes),
      revision.readings,
      revision.undoes,
      revision.reason,
      revision.actorId,
      revision.actor,
      new Date(revision.atMs),
    ],
  );
  return rows[0]?.no ?? null;
}

/** Revisions of some registers that touch [fromMs, toMs), oldest first. */
export async function revisionsOfAll(
  sql: Sql,
  channels: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredRevision[]> {
  const { rows } = await sql.query<StoredRevision & Record<string, unknown>>(
    `select ${COLUMNS} from interval_revision where channel = any($1) and to_at > $2 and from_at < $3 order by channel, no`,
    [channels, instantText(fromMs), instantText(toMs)],
  );
  return rows;
}

/** Revisions of a register that touch [fromMs, toMs), oldest first; all of them by default. */
export async function revisionsOf(
  sql: Sql,
  channel: string,
  fromMs = Number.NEGATIVE_INFINITY,
  toMs = Number.POSITIVE_INFINITY,
): Promise<StoredRevision[]> {
  return await revisionsOfAll(sql, [channel], fromMs, toMs);
}

/** Number of a register's last revision; 0 when there is none. */
export async function latestRevision(sql: Sql, channel: string): Promise<number> {
  const { rows } = await sql.query<{ no: number | null }>(
    "select max(no) as no from interval_revision where channel = $1",
    [channel],
  );
  return rows[0]?.no ?? 0;
}

/** Marks reports that were made of [fromMs, toMs), by the days of `zone`, for whoever a register's meter supplies: newer data are available. Gives how many. */
export async function markReportsRevised(
  tx: Sql,
  channel: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly zone: string },
  atMs: number,
): Promise<number> {
  const { rows } = await tx.query<{ id: string }>(
    `update report_run r set newer_data_at = $4 from channel c join meter m on m.id = c.meter_id
       join service_point sp on sp.id = m.service_point_id
      where c.id = $1 and r.account_id = sp.account_id and r.state = 'done' and r.finished_at <= $4 and r.newer_data_at is null
        and (r.period_from::timestamp at time zone $5) < $3 and (r.period_to::timestamp at time zone $5) > $2
      returning r.id`,
    [channel, new Date(span.fromMs), new Date(span.toMs), new Date(atMs), span.zone],
  );
  return rows.length;
}

function instantText(ms: number): string {
  if (ms === Number.NEGATIVE_INFINITY) return "-infinity";
  return ms === Number.POSITIVE_INFINITY ? "infinity" : new Date(ms).toISOString();
}
