import type { Sql } from "@nightflow/storage";
import type { CountedIn } from "./counted-in.ts";
import type { MeterDay } from "./meter-day.ts";

/** What is kept of a register between two pages. */
export interface KeptRegister {
  readonly state: Uint8Array;
  /** First UTC day whose hours can still be corrected. */
  readonly keptFromDay: number;
  readonly isStale: boolean;
}

/** One kept day of a register: as it was stored, and where it was counted. */
export interface KeptDay {
  readonly bytes: Buffer;
  readonly countedIn: CountedIn;
}

/** A day to store. */
export interface ChangedDay {
  readonly channel: string;
  readonly day: MeterDay;
  readonly countedIn: CountedIn;
}

/** What is kept of some registers. */
export async function loadRegisters(tx: Sql, channels: readonly string[]): Promise<Map<string, KeptRegister>> {
  const { rows } = await tx.query<{ channel: string; state: Buffer; kept_from_day: number; is_stale: boolean }>(
    "select channel, state, kept_from_day, is_stale from derived_meter where channel = any($1)",
    [channels],
  );
  return new Map(
    rows.map((row) => [row.channel, { state: row.state, keptFromDay: row.kept_from_day, isStale: row.is_stale }]),
  );
}

/** The kept days of registers, each from a UTC day of its own on, by channel and day. */
export async function loadDays(
  tx: Sql,
  wanted: readonly { readonly channel: string; readonly fromDay: number }[],
): Promise<Map<string, Map<number, KeptDay>>> {
  const { rows } = await tx.query<{ channel: string; utc_day: number; hours: Buffer; counted_in: CountedIn }>(
    `select d.channel, d.utc_day, d.hours, d.counted_in from derived_meter_day d
       join unnest($1::text[], $2::int[]) as wanted (channel, from_day)
         on d.channel = wanted.channel and d.utc_day >= wanted.from_day`,
    [wanted.map(({ channel }) => channel), wanted.map(({ fromDay }) => fromDay)],
  );
  const byChannel = new Map<string, Map<number, KeptDay>>();
  for (const { channel, utc_day, hours, counted_in } of rows) {
    const days = byChannel.get(channel) ?? new Map<number, KeptDay>();
    byChannel.set(channel, days.set(utc_day, { bytes: hours, countedIn: counted_in }));
  }
  return byChannel;
}

/** Keeps the states of registers; what was stale is so no more. */
export async function saveRegisters(tx: Sql, states: ReadonlyMap<string, Buffer>): Promise<void> {
  await tx.query(
    `insert into derived_meter (channel, state) select * from unnest($1::text[], $2::bytea[])
     on conflict (channel) do update set state = excluded.state, is_stale = false`,
    [[...states.keys()], [...states.values()]],
  );
}

/** Keeps changed days. */
export async function saveDays(tx: Sql, days: readonly ChangedDay[]): Promise<void> {
  await tx.query(
    `insert into derived_meter_day (channel, utc_day, hours, counted_in)
       select * from unnest($1::text[], $2::int[], $3::bytea[], $4::jsonb[])
     on conflict (channel, utc_day) do update
       set hours = excluded.hours, counted_in = excluded.counted_in, updated_at = now()`,
    [
      days.map(({ channel }) => channel),
      days.map(({ day }) => day.utcDay),
      days.map(({ day }) => day.toBytes()),
      days.map(({ countedIn }) => JSON.stringify(countedIn)),
    ],
  );
}

/** Lets go of days that nothing has touched for `keepDays`; their hours stay as they are from then on. Gives how many. */
export async function forgetDays(tx: Sql, keepDays: number): Promise<number> {
  const { rows } = await tx.query<{ days: number }>(
    `with old as (
       select channel, utc_day from derived_meter_day
        where utc_day < (extract(epoch from now()) / 86400)::int - $1::int
          and updated_at < now() - make_interval(days => $1::int) limit 50000),
     gone as (
       delete from derived_meter_day d using old where d.channel = old.channel and d.utc_day = old.utc_day
       returning d.channel, d.utc_day),
     ends as (select channel, max(utc_day) + 1 as kept_from_day from gone group by channel),
     told as (
       update derived_meter m set kept_from_day = greatest(m.kept_from_day, ends.kept_from_day)
       from ends where ends.channel = m.channel)
     select count(*)::int as days from gone`,
    [keepDays],
  );
  return rows[0]?.days ?? 0;
}
