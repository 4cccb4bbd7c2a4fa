import type { Sql } from "@nightflow/storage";

/** How far the series have come; one row for the installation. */
export interface DerivedProgress {
  readonly cursor: number;
  /** Newest time of a device that was ever read. */
  readonly newestReadMs: number;
  /** How many days of registers were ever let go of; who holds registers in memory knows by it whether they still hold. */
  readonly forgottenDays: number;
  /** First hour whose rows have not been opened; null before the first. */
  readonly tickedHourMs: number | null;
  /** Highest id counted of each list of readings set aside. */
  readonly setAsideSeen: Readonly<Record<string, number>>;
}

/** The progress, locked until the transaction ends, so that of several analytics processes one goes on and none counts twice. */
export async function lockProgress(tx: Sql): Promise<DerivedProgress> {
  return progressOf(tx, " for update");
}

export async function readProgress(sql: Sql): Promise<DerivedProgress> {
  return progressOf(sql, "");
}

async function progressOf(sql: Sql, lock: string): Promise<DerivedProgress> {
  const { rows } = await sql.query<ProgressRow>(
    `select cursor, newest_read_ms, forgotten_days, extract(epoch from ticked_hour)::float8 * 1000 as ticked_hour_ms, set_aside_seen
       from derived_progress${lock}`,
  );
  const [row] = rows;
  return {
    cursor: row?.cursor ?? 0,
    newestReadMs: row?.newest_read_ms ?? 0,
    forgottenDays: row?.forgotten_days ?? 0,
    tickedHourMs: row?.ticked_hour_ms ?? null,
    setAsideSeen: row?.set_aside_seen ?? {},
  };
}

interface ProgressRow {
  readonly cursor: number;
  readonly newest_read_ms: number;
  readonly forgotten_days: number;
  readonly ticked_hour_ms: number | null;
  readonly set_aside_seen: Record<string, number>;
}

/** Keeps the cursor, with what the pages before it brought, in the caller's transaction. */
export async function saveCursorIn(tx: Sql, cursor: number, newestReadMs: number): Promise<void> {
  await tx.query("update derived_progress set cursor = $1, newest_read_ms = greatest(newest_read_ms, $2)", [
    cursor,
    Math.floor(newestReadMs),
  ]);
}

/** Goes on at another place of the feed: every register is told anew from the store at its next reading. */
export async function skipTo(tx: Sql, cursor: number): Promise<void> {
  await tx.query("update derived_progress set cursor = $1", [cursor]);
  await tx.query("update derived_meter set is_stale = true");
}

/** Keeps what a tick has done, and that the head-end was alive. */
export async function saveTick(tx: Sql, tickedHourMs: number, seen: Readonly<Record<string, number>>): Promise<void> {
  await tx.query(
    `update derived_progress set ticked_hour = to_timestamp($1::float8 / 1000), set_aside_seen = $2, beat_at = clock_timestamp()`,
    [tickedHourMs, JSON.stringify(seen)],
  );
}
