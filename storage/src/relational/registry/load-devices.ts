import type { Sql } from "../database.ts";

/** What people have decided about devices and unknown channels, as the database holds it. */
export interface StoredDevices {
  readonly profiles: readonly { readonly source: string; readonly profile: unknown }[];
  readonly names: readonly { readonly name: string; readonly channel: string; readonly unit: string | null }[];
  readonly rejected: readonly string[];
}

/** Profiles of devices, other names of channels, and rejected channels. */
export async function loadDevices(db: Sql): Promise<StoredDevices> {
  const profiles = await db.query<StoredDevices["profiles"][number]>(
    "select source, profile from device_profile order by source",
  );
  const names = await db.query<StoredDevices["names"][number]>(
    "select alias as name, channel, unit from channel_alias order by alias",
  );
  const rejected = await db.query<{ channel: string }>("select channel from channel_rejection order by channel");
  return { profiles: profiles.rows, names: names.rows, rejected: rejected.rows.map(({ channel }) => channel) };
}

/** Adds to what was heard of rejected channels since they were rejected. */
export async function noteRejectedHeard(
  db: Sql,
  heard: Iterable<readonly [channel: string, { readonly count: number; readonly lastAtMs: number }]>,
): Promise<void> {
  const rows = Array.from(heard, ([channel, { count, lastAtMs }]) => ({
    channel,
    count,
    at: new Date(lastAtMs).toISOString(),
  }));
  if (rows.length === 0) return;
  await db.query(
    `update channel_rejection r set later_count = later_count + h.count,
       last_heard_at = greatest(last_heard_at, h.at)
     from jsonb_to_recordset($1) as h (channel text, count bigint, at timestamptz) where r.channel = h.channel`,
    [JSON.stringify(rows)],
  );
}
