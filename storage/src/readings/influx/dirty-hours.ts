import type { ReadingColumns } from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ALL_HOURS = 2 ** 24 - 1;

/** Some hours of one UTC day of a channel, as bits: bit n is the hour n. */
export interface DirtyDay {
  readonly channel: string;
  readonly dayMs: number;
  readonly hours: number;
}

/** Notes which hours the readings of a commit change, in its transaction; an hour that is being rebuilt is to be rebuilt again. */
export async function markDirty(tx: Sql, readings: ReadingColumns): Promise<void> {
  const days = dirtyDaysOf(readings);
  if (days.length === 0) return;
  await tx.query(
    `insert into influx_dirty_day as kept (channel, day_ms, hours) select * from unnest($1::text[], $2::bigint[], $3::int[])
     on conflict (channel, day_ms) do update set
       hours = kept.hours | excluded.hours, taken = kept.taken & ~excluded.hours
       where kept.hours & excluded.hours <> excluded.hours or kept.taken & excluded.hours <> 0`,
    columnsOf(days),
  );
}

/** The hours that readings lie in. */
export function dirtyDaysOf({ length, channels, channelNos, readAtMs }: ReadingColumns): DirtyDay[] {
  const days = new Map<string, { channel: string; dayMs: number; hours: number }>();
  for (let i = 0; i < length; i++) {
    const no = channelNos[i] ?? -1;
    const atMs = readAtMs[i] ?? 0;
    const dayMs = Math.floor(atMs / DAY_MS) * DAY_MS;
    const key = `${no} ${dayMs}`;
    const day = days.get(key) ?? { channel: channels[no] ?? "", dayMs, hours: 0 };
    day.hours |= 1 << Math.floor((atMs - dayMs) / HOUR_MS);
    days.set(key, day);
  }
  return [...days.values()];
}

/** The dirty hours of channels within the days that [fromMs, toMs) touches. */
export async function readDirty(
  sql: Sql,
  channels: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<DirtyDay[]> {
  const { rows } = await sql.query<DirtyDay>(
    `select channel, day_ms as "dayMs", hours from influx_dirty_day
       where channel = any($1) and day_ms > $2 and day_ms < $3`,
    [channels, fromMs - DAY_MS, toMs],
  );
  return rows;
}

/**
 * Takes dirty hours of one day that ended before `endedMs`, those of the newest day first, so that live charts do not wait
 * for an import of years. Under the lock of commits: what a commit brings from here on takes its hours out again.
 */
export async function takeDirty(tx: Sql, endedMs: number, limit: number): Promise<DirtyDay[]> {
  await lockCommits(tx);
  const { rows } = await tx.query<DirtyDay>(
    `with ended as (
       select channel, day_ms,
         hours & ((1 << least(24, floor(($1::bigint - day_ms) / 3600000.0)::int)) - 1) as hours
       from influx_dirty_day where day_ms <= $1::bigint - 3600000),
     newest as (select max(day_ms) as day_ms from ended where hours <> 0)
     update influx_dirty_day d set taken = e.hours from (
       select * from ended join newest using (day_ms) where hours <> 0 order by channel limit $2) e
     where d.channel = e.channel and d.day_ms = e.day_ms
     returning d.channel, d.day_ms as "dayMs", d.taken as hours`,
    [Math.floor(endedMs), limit],
  );
  return rows;
}

/** Marks taken hours as rolled up, but those that a commit has touched since. False when another run has begun meanwhile. */
export async function clearTaken(tx: Sql, run: number, days: readonly DirtyDay[]): Promise<boolean> {
  await lockCommits(tx);
  const { rows } = await tx.query<{ run: number }>("select run from influx_roll_up");
  if (rows[0]?.run !== run) return false;
  const keys = columnsOf(days).slice(0, 2);
  const those = "(channel, day_ms) in (select * from unnest($1::text[], $2::bigint[]))";
  await tx.query(`delete from influx_dirty_day where ${those} and hours = taken`, keys);
  await tx.query(`update influx_dirty_day set hours = hours & ~taken, taken = 0 where ${those}`, keys);
  return true;
}

/** Marks every hour that may hold readings since `fromMs` as dirty. */
export async function markAllDirty(tx: Sql, fromMs: number): Promise<void> {
  await tx.query(
    `insert into influx_dirty_day (channel, day_ms, hours)
       select channel, day_ms, $2 from channel_newest, generate_series($1::bigint, read_at_ms, 86400000) as day_ms
     on conflict (channel, day_ms) do update set hours = excluded.hours, taken = 0`,
    [Math.floor(fromMs / DAY_MS) * DAY_MS, ALL_HOURS],
  );
}

/** Keeps commits from becoming visible until the transaction ends. */
export async function lockCommits(tx: Sql): Promise<void> {
  await tx.query("select 1 from counter where name = 'feed_commit' for update");
}

/** Whether an hour is among the dirty ones of its day. */
export function isDirtyHour({ dayMs, hours }: DirtyDay, hourMs: number): boolean {
  const n = (hourMs - dayMs) / HOUR_MS;
  return n >= 0 && n < 24 && (hours & (1 << n)) !== 0;
}

/** The stretch from the first to the end of the last dirty hour of some channels' day. */
export function spanOf(days: readonly DirtyDay[]): { readonly fromMs: number; readonly toMs: number } {
  const hours = days.reduce((all, day) => all | day.hours, 0);
  const dayMs = days[0]?.dayMs ?? 0;
  const first = 31 - Math.clz32(hours & -hours);
  return { fromMs: dayMs + first * HOUR_MS, toMs: dayMs + (32 - Math.clz32(hours)) * HOUR_MS };
}

function columnsOf(days: readonly DirtyDay[]): [string[], number[], number[]] {
  return [days.map((day) => day.channel), days.map((day) => day.dayMs), days.map((day) => day.hours)];
}
