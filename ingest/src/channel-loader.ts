import { areConvertible, convert, isRegister, type Quantity, type Unit, valueToCounts } from "@nightflow/domain";
import type { KnownChannel, Sql } from "@nightflow/storage";

interface ChannelRow {
  readonly id: string;
  readonly meter_id: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number | null;
  readonly q4_m3h: number | null;
  readonly capacity_m3: number | null;
}

/** Every channel of the registry in PostgreSQL, with the limits that its meter sets. */
export async function loadChannels(sql: Sql): Promise<KnownChannel[]> {
  const { rows } = await sql.query<ChannelRow & Record<string, unknown>>(
    `select c.id, c.meter_id, c.quantity, c.unit, c.resolution,
            m.q4_m3h::float8 as q4_m3h, m.capacity_m3::float8 as capacity_m3
       from channel c join meter m on m.id = c.meter_id`,
  );
  return rows.map(knownChannelOf);
}

/** A registry row as ingest needs it. Q4 and capacity are volumes at the meter: they bound no base volume (Sm3). */
export function knownChannelOf(row: ChannelRow): KnownChannel {
  const { id, quantity, unit, resolution } = row;
  const inCounts = (m3: number | null): number | null => {
    if (m3 === null || resolution === null || !isRegister(quantity) || !areConvertible("m3", unit)) return null;
    return valueToCounts(convert(m3, "m3", unit), resolution);
  };
  return {
    id,
    meter: row.meter_id,
    quantity,
    unit,
    resolution,
    capacityCounts: inCounts(row.capacity_m3),
    maxCountsPerHour: inCounts(row.q4_m3h),
  };
}
