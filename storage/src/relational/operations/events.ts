import { newId } from "@nightflow/domain";
import type { Database, Sql } from "../database.ts";
import { appendLiveEvent } from "../live-events.ts";

/** Something that happened to the platform itself. */
export interface OperationsEvent {
  readonly id: string;
  readonly kind: "head_end_silent";
  /** The site whose head-end it is. */
  readonly subject: string;
  /** Real time of the database server, epoch ms; `lastSeenAt` is when the subject was last heard of. */
  readonly openedAt: number;
  readonly lastSeenAt: number | null;
  readonly closedAt: number | null;
}

/** Opens the event of a silent head-end, once however many processes notice it. True when it is new. */
export function openSilentHeadEnd(db: Database, site: string, lastSeenAt: number, atMs: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `insert into operations_event (id, kind, subject, last_seen_at) values ($1, 'head_end_silent', $2, $3)
       on conflict (kind, subject) where closed_at is null do nothing`,
      [newId(), site, new Date(lastSeenAt)],
    );
    if (rowCount === 1) await tellPages(tx, site, atMs);
    return rowCount === 1;
  });
}

/** Closes it again. True when it was open. */
export function closeSilentHeadEnd(db: Database, site: string, atMs: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update operations_event set closed_at = clock_timestamp()
        where kind = 'head_end_silent' and subject = $1 and closed_at is null`,
      [site],
    );
    if (rowCount !== 0) await tellPages(tx, site, atMs);
    return rowCount !== 0;
  });
}

/** The open events, and the newest closed ones, newest first. */
export async function operationsEvents(sql: Sql, limit = 20): Promise<OperationsEvent[]> {
  const { rows } = await sql.query<EventRow>(
    `select id, kind, subject, opened_at, last_seen_at, closed_at from operations_event
      order by closed_at is not null, opened_at desc limit $1`,
    [limit],
  );
  return rows.map(({ opened_at, last_seen_at, closed_at, ...row }) => ({
    ...row,
    openedAt: opened_at.getTime(),
    lastSeenAt: last_seen_at?.getTime() ?? null,
    closedAt: closed_at?.getTime() ?? null,
  }));
}

interface EventRow {
  id: string;
  kind: "head_end_silent";
  subject: string;
  opened_at: Date;
  last_seen_at: Date | null;
  closed_at: Date | null;
}

// The whole platform is concerned: the event goes to who may see the root.
async function tellPages(tx: Sql, site: string, at: number): Promise<void> {
  const { rows } = await tx.query<{ path: string }>("select path from org_unit order by length(path) limit 1");
  const [root] = rows;
  if (root !== undefined)
    await appendLiveEvent(tx, { kind: "collection", subject: `${site}/head-end`, at, unitPath: root.path });
}
