import { ALARM_ACK_WITHIN_MS, AlarmPriority, type Clock, describeError } from "@nightflow/domain";
import type { Database, JobQueue, Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import { recordAudit, recordEvents, SYSTEM } from "../system/record.ts";
import { OPEN_TICKET_QUEUE } from "../workers/open-ticket.ts";
import { ALARM_PRIORITY, alarmJoin, coveringWork, isTold } from "./sql.ts";
import { ackWithin } from "./summary.ts";

/** What watching alarms needs. */
export interface AlarmWatchDeps {
  readonly db: Database;
  /** Business time. */
  readonly clock: Clock;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5_000;
const AT_ONCE = 200;
/** How often an alarm is told again at most. */
const MOST_ESCALATIONS = 3;

/** Looks after alarms every few seconds of real time; gives what ends the watch. */
export function watchAlarms(deps: AlarmWatchDeps): () => Promise<void> {
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(() => lookAfterAlarms(deps))
      .catch((error: unknown) => {
        deps.logger.debug({ reason: describeError(error) }, "alarms cannot be looked after now");
      });
  }, LOOK_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/**
 * Tells again what nobody acknowledged in time, brings back what was shelved long enough, and asks for the tickets of
 * findings that outlasted planned work. Several processes may do it at once.
 */
export async function lookAfterAlarms(deps: AlarmWatchDeps): Promise<void> {
  const { db, clock } = deps;
  await db.transaction((tx) => escalate(tx, clock));
  await db.transaction((tx) => endShelving(tx, clock));
  await db.transaction((tx) => tellAfterWork(tx, deps));
}

interface DueRow {
  id: string;
  path: string;
  priority: AlarmPriority;
  escalation: number;
}

/** An alarm is told again each time its priority's limit has passed once more, three times at most. */
async function escalate(tx: Sql, clock: Clock): Promise<void> {
  const now = "$1::timestamptz";
  const waits = AlarmPriority.options.filter((name) => ALARM_ACK_WITHIN_MS[name] !== null);
  const { rows } = await tx.query<DueRow>(
    `select a.id, o.path, ${ALARM_PRIORITY} as priority, coalesce(al.escalation, 0)::int as escalation
       from anomaly a join org_unit o on o.id = a.unit_id ${alarmJoin(now)}
      where ${OPEN_ANOMALY} and ${isTold(now)} and al.acked_at is null and coalesce(al.escalation, 0) < ${MOST_ESCALATIONS}
        and ${ALARM_PRIORITY} = any($2)
        and a.opened_at + ${ackWithin(ALARM_PRIORITY)} * (coalesce(al.escalation, 0) + 1) < ${now}
      order by a.rank desc limit ${AT_ONCE} for no key update of a skip locked`,
    [new Date(clock.now()), waits],
  );
  for (const { id, escalation, priority } of rows) {
    await tx.query(
      `insert into alarm (anomaly_id, escalation, escalated_at) values ($1, $2, $3)
       on conflict (anomaly_id) do update set escalation = $2, escalated_at = $3`,
      [id, escalation + 1, new Date(clock.now())],
    );
    const after = { priority, escalation: escalation + 1 };
    await recordAudit(tx, clock, SYSTEM, { action: "alarm.escalate", kind: "anomaly", subject: id, after });
  }
  await tellAgain(tx, clock, rows);
}

async function endShelving(tx: Sql, clock: Clock): Promise<void> {
  const { rows } = await tx.query<{ id: string; path: string }>(
    `with due as (select al.anomaly_id from alarm al where al.shelved_until <= $1 limit ${AT_ONCE} for update skip locked),
          back as (update alarm set shelved_until = null, shelve_reason = null, shelved_by = null, shelved_at = null
                    where anomaly_id in (select anomaly_id from due) returning anomaly_id)
     select a.id, o.path from back join anomaly a on a.id = back.anomaly_id join org_unit o on o.id = a.unit_id`,
    [new Date(clock.now())],
  );
  for (const { id } of rows)
    await recordAudit(tx, clock, SYSTEM, { action: "alarm.unshelve", kind: "anomaly", subject: id });
  await tellAgain(tx, clock, rows);
}

/** A finding that lasts longer than the planned work it began in gets its ticket after all. */
async function tellAfterWork(tx: Sql, { clock, jobs }: AlarmWatchDeps): Promise<void> {
  const { rows } = await tx.query<{ id: string; path: string }>(
    `select a.id, o.path from anomaly a join org_unit o on o.id = a.unit_id
      where a.no_ticket_reason = 'planned_work' and ${OPEN_ANOMALY} and not exists (${coveringWork("$1::timestamptz")})
      limit ${AT_ONCE} for no key update of a skip locked`,
    [new Date(clock.now())],
  );
  for (const { id } of rows) {
    await tx.query("update anomaly set no_ticket_reason = null, updated_at = now() where id = $1", [id]);
    await jobs.enqueue(tx, {
      queue: OPEN_TICKET_QUEUE,
      payload: { anomalyId: id },
      dedupeKey: `anomaly:${id}:after-work:${clock.now()}`,
    });
  }
  await tellAgain(tx, clock, rows);
}

function tellAgain(tx: Sql, clock: Clock, rows: readonly { readonly id: string; readonly path: string }[]) {
  return recordEvents(
    tx,
    clock,
    rows.map(({ id, path }) => ({ kind: "anomaly" as const, subject: id, unitPath: path })),
  );
}
