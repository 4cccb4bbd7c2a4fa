import type { Sql } from "../../relational/database.ts";

/** What the store keeps in PostgreSQL, as figures for an operator. */
export async function readFeedFigures(sql: Sql): Promise<Record<string, number>> {
  const { rows } = await sql.query<Record<string, number>>(
    `select (select stored from feed_totals) as stored_readings,
       (select count(*) from channel_newest) as channels,
       (select count(*) from feed_commit) as feed_commits,
       (select coalesce(sum(octet_length(readings)), 0) from feed_commit) as feed_bytes,
       (select count(*) from feed_intent) as open_notes,
       (select count(*) from influx_dirty_day) as dirty_days`,
  );
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
}
