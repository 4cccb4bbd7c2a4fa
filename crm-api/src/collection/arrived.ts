import type { Clock } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import { MAIN_CHANNEL } from "../meters/points.ts";

const DAY_MS = 86_400_000;
/** Live, the hourly series are a few seconds behind the store. */
const CURRENT_MS = 120_000;
/** Name of the hourly series among the readers of the feed. */
const DERIVED = "derived";

/** A meter whose collection is looked at, with its main register. */
export interface SurveyedMeter {
  readonly id: string;
  readonly channelId: string;
  readonly periodMs: number;
  /** Periods of the span in which a value arrived; null where the hourly series do not know. */
  readonly arrived: number | null;
}

interface ArrivedRow {
  readonly id: string;
  readonly channel_id: string;
  readonly period_s: number;
  readonly arrived: number | null;
}

// A register's day (analytics/src/derived/meter-day.ts): length of a period in seconds, 288 bytes of hours, then one bit a
// period for what arrived, lowest first. Whole bytes are counted at once, the bits at both ends one by one.
const ARRIVED = `
  left join lateral (select true as is_known from derived_meter dm where dm.channel = main.id and $1) known on true
  left join lateral (
    select coalesce(sum(
        case when last_byte > first_byte then bit_count(substring(bits from first_byte + 1 for last_byte - first_byte)) else 0 end
        + (select count(*) from generate_series(first_slot, least(first_byte * 8, end_slot) - 1) bit where get_bit(bits, bit::int) = 1)
        + (select count(*) from generate_series(greatest(last_byte, first_byte) * 8, end_slot - 1) bit where get_bit(bits, bit::int) = 1)),
      0)::int as periods, bool_and(slot_s = m.period_s) as is_same
      from derived_meter_day d
      cross join lateral (select get_byte(d.hours, 0) + 256 * get_byte(d.hours, 1) + 65536 * get_byte(d.hours, 2) as slot_s) s
      cross join lateral (
        select substring(d.hours from 293 for ceil(86400.0 / slot_s / 8)::int) as bits,
               greatest(0, ceil(($2::float8 - d.utc_day * 86400000.0) / (slot_s * 1000)))::int as first_slot,
               least(86400 / slot_s, ceil(($3::float8 - d.utc_day * 86400000.0) / (slot_s * 1000)))::int as end_slot) b
      cross join lateral (select ceil(first_slot / 8.0)::int as first_byte, floor(end_slot / 8.0)::int as last_byte) w
     where known.is_known and d.channel = main.id and d.utc_day between $4 and $5) got on true`;

/**
 * All meters with a register and, from the hourly series where they stand at the end of the feed, in how many periods of
 * [fromMs, toMs) a value arrived: one query, however many meters. A period is that whose grid instant is nearest.
 */
export async function arrivedInPeriods(
  {
    sql,
    store,
    clock,
  }: { readonly sql: Sql; readonly store: Pick<ReadingStore, "feedConsumers">; readonly clock: Clock },
  fromMs: number,
  toMs: number,
): Promise<SurveyedMeter[]> {
  const days = [fromMs, toMs - 1].map((atMs) => Math.floor(atMs / DAY_MS));
  const { rows } = await sql.query<ArrivedRow>(
    `select m.id, main.id as channel_id, m.period_s,
            case when known.is_known and 86400 % m.period_s = 0 and m.period_s >= 60 and coalesce(got.is_same, true)
                 then got.periods end as arrived
       from meter m ${MAIN_CHANNEL} ${ARRIVED} where main.id is not null order by m.id`,
    [await isDerivedCurrent(store, clock), fromMs, toMs, ...days],
  );
  return rows.map((row) => ({
    id: row.id,
    channelId: row.channel_id,
    periodMs: row.period_s * 1000,
    arrived: row.arrived,
  }));
}

/** Whether the hourly series have what the store has, but for a moment; on a clock that runs faster, all of it. */
export async function isDerivedCurrent(store: Pick<ReadingStore, "feedConsumers">, clock: Clock): Promise<boolean> {
  const derived = (await store.feedConsumers()).find(({ name }) => name === DERIVED);
  if (derived === undefined) return false;
  const isScaled = clock.toRealMs(1000) !== 1000;
  return derived.lagCommits === 0 || (!isScaled && derived.lagMs < CURRENT_MS);
}
