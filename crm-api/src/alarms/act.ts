import type { Clock } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import type { AlarmsChanged } from "./wire.ts";

/** What acting on alarms needs. */
export interface AlarmDeskDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/** What is done to many alarms at once: `change` is SQL that gives the ids of those it changed. */
interface AlarmAct {
  readonly action: string;
  /** An `insert … on conflict … returning anomaly_id` over `$1` (ids, uuid[]) and `$2` (now), then `values` from `$3`. */
  readonly change: string;
  readonly values: readonly unknown[];
  readonly after?: unknown;
  readonly reason?: string | undefined;
}

/** Says that a person has seen these alarms; who saw one first stays. */
export function acknowledge(deps: AlarmDeskDeps, by: Principal, ids: readonly string[], note?: string) {
  return act(deps, by, ids, {
    action: "alarm.acknowledge",
    change: `insert into alarm as al (anomaly_id, acked_at, acked_by, ack_note) select id, $2, $3, $4 from unnest($1::uuid[]) id
      on conflict (anomaly_id) do update set acked_at = $2, acked_by = $3, ack_note = $4 where al.acked_at is null
      returning anomaly_id`,
    values: [by.userId, note ?? null],
    after: { note: note ?? null },
    reason: note,
  });
}

/** Takes an acknowledgement back. */
export function unacknowledge(deps: AlarmDeskDeps, by: Principal, ids: readonly string[]) {
  return act(deps, by, ids, {
    action: "alarm.unacknowledge",
    change: `update alarm set acked_at = null, acked_by = null, ack_note = null
      where anomaly_id = any($1::uuid[]) and acked_at is not null and $2::timestamptz is not null returning anomaly_id`,
    values: [],
  });
}

/** Tells these alarms no more until then. */
export function shelve(
  deps: AlarmDeskDeps,
  by: Principal,
  ids: readonly string[],
  { forMinutes, reason }: { readonly forMinutes: number; readonly reason: string },
) {
  const until = new Date(deps.clock.now() + forMinutes * 60_000);
  return act(deps, by, ids, {
    action: "alarm.shelve",
    change: `insert into alarm (anomaly_id, shelved_at, shelved_until, shelved_by, shelve_reason)
      select id, $2, $3, $4, $5 from unnest($1::uuid[]) id
      on conflict (anomaly_id) do update set shelved_at = $2, shelved_until = $3, shelved_by = $4, shelve_reason = $5
      returning anomaly_id`,
    values: [until, by.userId, reason],
    after: { until: until.getTime() },
    reason,
  });
}

/** Tells shelved alarms again. */
export function unshelve(deps: AlarmDeskDeps, by: Principal, ids: readonly string[]) {
  return act(deps, by, ids, {
    action: "alarm.unshelve",
    change: `update alarm set shelved_until = null, shelve_reason = null, shelved_by = null, shelved_at = null
      where anomaly_id = any($1::uuid[]) and shelved_until > $2 returning anomaly_id`,
    values: [],
  });
}

/** Says who is on these alarms; null for nobody. @throws {BadRequestProblem} when that person does not see them all. */
export async function takeOn(deps: AlarmDeskDeps, by: Principal, ids: readonly string[], ownerId: string | null) {
  if (ownerId !== null) await requireOwnerSees(deps.db, ownerId, ids);
  return act(deps, by, ids, {
    action: "alarm.take_on",
    change: `insert into alarm as al (anomaly_id, owner_id) select id, $3::uuid from unnest($1::uuid[]) id where $2::timestamptz is not null
      on conflict (anomaly_id) do update set owner_id = $3 where al.owner_id is distinct from $3 returning anomaly_id`,
    values: [ownerId],
    after: { ownerId },
  });
}

function act(deps: AlarmDeskDeps, by: Principal, ids: readonly string[], what: AlarmAct): Promise<AlarmsChanged> {
  const { db, clock } = deps;
  return transactionWithRetry(db, async (tx) => {
    const seen = await lockSeen(tx, by.scope, ids);
    const { rows } = await tx.query<{ anomaly_id: string }>(what.change, [
      [...seen.keys()],
      new Date(clock.now()),
      ...what.values,
    ]);
    const changed = new Set(rows.map((row) => row.anomaly_id));
    const { action, after, reason } = what;
    for (const id of changed) await recordAudit(tx, clock, by, { action, kind: "anomaly", subject: id, after, reason });
    await recordEvents(
      tx,
      clock,
      [...changed].map((subject) => ({ kind: "anomaly", subject, unitPath: seen.get(subject) ?? "" })),
    );
    return { changed: [...changed], skipped: skippedOf(ids, seen, changed) };
  });
}

/** Ids that the person may see, with the path of their unit; locked in one order, so that two storms do not deadlock. */
async function lockSeen(tx: Sql, scope: Scope, ids: readonly string[]): Promise<Map<string, string>> {
  const filter = new SqlFilter();
  filter.and(`a.id = any(${filter.value(ids)}::uuid[])`).and(inScope(filter, scope, "a.unit_id"));
  const { rows } = await tx.query<{ id: string; path: string }>(
    `select a.id, o.path from anomaly a join org_unit o on o.id = a.unit_id ${filter.where} order by a.id for no key update of a`,
    filter.values,
  );
  return new Map(rows.map((row) => [row.id, row.path]));
}

function skippedOf(ids: readonly string[], seen: ReadonlyMap<string, string>, changed: ReadonlySet<string>) {
  return [...new Set(ids)]
    .filter((id) => !changed.has(id))
    .map((id) => ({ id, why: seen.has(id) ? ("no_change" as const) : ("not_found" as const) }));
}

async function requireOwnerSees(sql: Sql, ownerId: string, ids: readonly string[]): Promise<void> {
  const { rows } = await sql.query<{ sees: boolean | null }>(
    `select (select bool_and(starts_with(o.path, own.path)) from anomaly a join org_unit o on o.id = a.unit_id
              where a.id = any($2::uuid[])) as sees
       from app_user u join org_unit own on own.id = u.unit_id where u.id = $1 and not u.is_disabled`,
    [ownerId, ids],
  );
  if (rows[0] !== undefined && rows[0].sees !== false) return;
  throw new BadRequestProblem("this person does not exist or may not see all of these findings", {
    remedy: "choose somebody whose region holds them",
  });
}
