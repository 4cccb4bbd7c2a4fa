import type { Sql } from "@nightflow/storage";
import type { CountedIn } from "./counted-in.ts";

/** What is kept of a register between two writes. */
export interface KeptRegister {
  readonly state: Uint8Array;
  /** First UTC day whose hours can still be corrected. */
  readonly keptFromDay: number;
  readonly isStale: boolean;
}

/** One kept day of a register: as it was stored, and where it was counted. */
export interface KeptDay {
  readonly channel: string;
  readonly utcDay: number;
  readonly bytes: Buffer;
  readonly countedIn: CountedIn;
}

/** A register's state to store. */
export interface StateRow {
  readonly channel: string;
  readonly bytes: Uint8Array;
}

/** A day to store; `countedIn` is the same object where it is the same. */
export interface DayRow extends StateRow {
  readonly utcDay: number;
  readonly countedIn: CountedIn;
}

/** Rows that one statement writes. */
const ROWS_AT_ONCE = 10_000;

/** What is kept of some registers. */
export async function loadRegisters(sql: Sql, channels: readonly string[]): Promise<Map<string, KeptRegister>> {
  const { rows } = await sql.query<{ channel: string; state: Buffer; kept_from_day: number; is_stale: boolean }>(
    "select channel, state, kept_from_day, is_stale from derived_meter where channel = any($1)",
    [channels],
  );
  return new Map(
    rows.map((row) => [row.channel, { state: row.state, keptFromDay: row.kept_from_day, isStale: row.is_stale }]),
  );
}

/** The kept days of registers, each from a UTC day of its own on. */
export async function loadDays(
  sql: Sql,
  wanted: readonly { readonly channel: string; readonly fromDay: number }[],
): Promise<KeptDay[]> {
  const { rows } = await sql.query<{ channel: string; utc_day: number; hours: Buffer; counted_in: CountedIn }>(
    `select d.channel, d.utc_day, d.hours, d.counted_in from derived_meter_day d
       join unnest($1::text[], $2::int[]) as wanted (channel, from_day)
         on d.channel = wanted.channel and d.utc_day >= wanted.from_day`,
    [wanted.map(({ channel }) => channel), wanted.map(({ fromDay }) => fromDay)],
  );
  return rows.map(({ channel, utc_day, hours, counted_in }) => ({
    channel,
    utcDay: utc_day,
    bytes: hours,
    countedIn: counted_in,
  }));
}

/** Keeps the states of registers; what was stale is so no more. */
export async function saveRegisters(tx: Sql, states: readonly StateRow[]): Promise<void> {
  for (const rows of inParts(states)) {
    await tx.query(
      `insert into derived_meter (channel, state)
         select channel, ${SLICE} from unnest($2::text[], $3::int[], $4::int[]) as row (channel, at, length)
       on conflict (channel) do update set state = excluded.state, is_stale = false`,
      [...slicesOf(rows)],
    );
  }
}

/** Keeps changed days. */
export async function saveDays(tx: Sql, days: readonly DayRow[]): Promise<void> {
  for (const rows of inParts(days)) {
    const places = [...new Set(rows.map(({ countedIn }) => countedIn))];
    const placeNos = new Map(places.map((place, at) => [place, at + 1]));
    await tx.query(
      `insert into derived_meter_day (channel, utc_day, hours, counted_in)
         select channel, utc_day, ${SLICE}, place.counted_in
           from unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[]) as row (channel, at, length, utc_day, place_no)
           join unnest($7::jsonb[]) with ordinality as place (counted_in, no) on place.no = row.place_no
       on conflict (channel, utc_day) do update
         set hours = excluded.hours, counted_in = excluded.counted_in, updated_at = now()`,
      [
        ...slicesOf(rows),
        rows.map(({ utcDay }) => utcDay),
        rows.map(({ countedIn }) => placeNos.get(countedIn)),
        places.map((place) => JSON.stringify(place)),
      ],
    );
  }
}

// One value of bytes travels as bytes; an array of them as text, each written out in digits and read again.
const SLICE = "substring($1::bytea from at for length)";

/** The bytes of rows one after another, then channels, and where each row's bytes begin and how many they are. */
function slicesOf(rows: readonly StateRow[]): unknown[] {
  let at = 1;
  const starts = rows.map(({ bytes }) => {
    const start = at;
    at += bytes.length;
    return start;
  });
  const bytes = Buffer.concat(rows.map((row) => row.bytes));
  return [bytes, rows.map(({ channel }) => channel), starts, rows.map((row) => row.bytes.length)];
}

function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}

/** Days that were let go of: how many, and from which day on their registers can still be corrected. */
export interface ForgottenDays {
  readonly days: number;
  readonly keptFromDays: ReadonlyMap<string, number>;
}

/** Lets go of days that nothing has touched for `keepDays`; their hours stay as they are from then on. */
export async function forgetDays(tx: Sql, keepDays: number): Promise<ForgottenDays> {
  const { rows } = await tx.query<{ channel: string; kept_from_day: number; days: number }>(
    `with old as (
       select channel, utc_day from derived_meter_day
        where utc_day < (extract(epoch from now()) / 86400)::int - $1::int
          and updated_at < now() - make_interval(days => $1::int) limit 50000),
     gone as (
       delete from derived_meter_day d using old where d.channel = old.channel and d.utc_day = old.utc_day
       returning d.channel, d.utc_day),
     ends as (select channel, max(utc_day) + 1 as kept_from_day, count(*)::int as days from gone group by channel)
     update derived_meter m set kept_from_day = greatest(m.kept_from_day, ends.kept_from_day)
     from ends where ends.channel = m.channel returning m.channel, m.kept_from_day, ends.days`,
    [keepDays],
  );
  const days = rows.reduce((sum, row) => sum + row.days, 0);
  if (days > 0) await tx.query("update derived_progress set forgotten_days = forgotten_days + $1", [days]);
  return { days, keptFromDays: new Map(rows.map((row) => [row.channel, row.kept_from_day])) };
}
