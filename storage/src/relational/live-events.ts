import type { LiveEvent, LiveEventKind } from "@nightflow/domain";
import { takeNumber } from "./counters.ts";
import type { Sql } from "./database.ts";

/** NOTIFY channel of live events; the payload is the event's number. */
export const LIVE_EVENT_CHANNEL = "live_event";

export interface NewLiveEvent {
  readonly kind: LiveEventKind;
  /** Id of the anomaly, ticket, report or agent. */
  readonly subject: string;
  /** Business time, epoch ms. */
  readonly at: number;
  /** `org_unit.path` of what it is about; only who may see that unit is told. */
  readonly unitPath: string;
}

export interface StoredLiveEvent extends LiveEvent {
  readonly unitPath: string;
}

/** Adds a live event to the caller's transaction, as late in it as possible, and gives its number; listeners hear of it at the commit. */
export async function appendLiveEvent(tx: Sql, event: NewLiveEvent): Promise<number> {
  const id = await takeNumber(tx, "live_event");
  await tx.query("insert into live_event (id, kind, subject, at, unit_path) values ($1, $2, $3, $4, $5)", [
    id,
    event.kind,
    event.subject,
    new Date(event.at),
    event.unitPath,
  ]);
  await tx.query("select pg_notify($1, $2)", [LIVE_EVENT_CHANNEL, String(id)]);
  return id;
}

/** Live events after a number, ascending, at most `limit`. */
export async function readLiveEvents(db: Sql, afterId: number, limit: number): Promise<StoredLiveEvent[]> {
  const { rows } = await db.query<LiveEventRow>(
    "select id, kind, subject, at, unit_path from live_event where id > $1 order by id limit $2",
    [afterId, limit],
  );
  return rows.map(({ at, unit_path, ...row }) => ({ ...row, at: at.getTime(), unitPath: unit_path }));
}

/** Number of the newest live event; 0 when there is none yet. */
export async function newestLiveEventId(db: Sql): Promise<number> {
  const { rows } = await db.query<{ value: number }>("select value from counter where name = 'live_event'");
  return rows[0]?.value ?? 0;
}

/** Forgets all but the newest `keep` live events; gives how many went. A client further behind reads the lists anew. */
export async function trimLiveEvents(db: Sql, keep: number): Promise<number> {
  const newest = await newestLiveEventId(db);
  return (await db.query("delete from live_event where id <= $1", [newest - keep])).rowCount ?? 0;
}

interface LiveEventRow {
  readonly id: number;
  readonly kind: LiveEventKind;
  readonly subject: string;
  readonly at: Date;
  readonly unit_path: string;
}
