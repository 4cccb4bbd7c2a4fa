import type { KnownChannel } from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";

/** Adds channels to the registry's copy, or replaces their descriptions. */
export async function saveKnownChannels(sql: Sql, channels: readonly KnownChannel[]): Promise<void> {
  if (channels.length === 0) return;
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  await sql.query(
    `insert into known_channel (id, meter, quantity, unit, resolution, capacity_counts, max_counts_per_hour)
       select id, meter, quantity, unit, resolution, "capacityCounts", "maxCountsPerHour" from jsonb_to_recordset($1) as c
         (id text, meter text, quantity text, unit text, resolution double precision, "capacityCounts" double precision,
          "maxCountsPerHour" double precision)
     on conflict (id) do update set meter = excluded.meter, quantity = excluded.quantity, unit = excluded.unit,
       resolution = excluded.resolution, capacity_counts = excluded.capacity_counts,
       max_counts_per_hour = excluded.max_counts_per_hour`,
    [JSON.stringify([...byId.values()])],
  );
}

/** The registry's copy: some channels, or all. */
export async function readKnownChannels(sql: Sql, ids?: readonly string[]): Promise<KnownChannel[]> {
  const { rows } = await sql.query<KnownChannel>(
    `select id, meter, quantity, unit, resolution, capacity_counts as "capacityCounts",
       max_counts_per_hour as "maxCountsPerHour" from known_channel where $1::text[] is null or id = any($1) order by id`,
    [ids ?? null],
  );
  return rows;
}
