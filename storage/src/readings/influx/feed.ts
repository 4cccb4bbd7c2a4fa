import type { FeedConsumer, FeedPage } from "../../ports.ts";
import type { Database, Sql } from "../../relational/database.ts";
import { decodeColumns } from "../columns-codec.ts";
import { cursorAhead, FeedForgottenError } from "../errors.ts";
import { concatColumns } from "../reading-columns.ts";
import { readCounts } from "./feed-ledger.ts";

/** How much of the feed is kept for consumers that have not passed it. */
export interface FeedBounds {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

const COMMITS_PER_QUERY = 200;

/** A page of the feed. @throws {FeedForgottenError} when commits behind the cursor are gone: rebuild from the curves. */
export async function readFeed(sql: Sql, cursor: number, limit: number): Promise<FeedPage> {
  const parts = [];
  let end = cursor;
  let gathered = 0;
  for (let commits = await nextCommits(sql, end); commits.length > 0; commits = await nextCommits(sql, end)) {
    for (const { no, readings } of commits) {
      if (no !== end + 1) throw await gapError(sql, cursor);
      const columns = await decodeColumns(readings);
      parts.push(columns);
      gathered += columns.length;
      end = no;
      if (gathered >= limit) return { cursor: end, hasMore: await hasAfter(sql, end), readings: concatColumns(parts) };
    }
  }
  if (end === cursor) await checkCursor(sql, cursor);
  return { cursor: end, hasMore: false, readings: concatColumns(parts) };
}

async function nextCommits(sql: Sql, after: number): Promise<{ no: number; readings: Buffer }[]> {
  const { rows } = await sql.query<{ no: number; readings: Buffer }>(
    "select no, readings from feed_commit where no > $1 order by no limit $2",
    [after, COMMITS_PER_QUERY],
  );
  return rows;
}

async function hasAfter(sql: Sql, no: number): Promise<boolean> {
  const { rows } = await sql.query<{ more: boolean }>("select exists (select from feed_commit where no > $1) as more", [
    no,
  ]);
  return rows[0]?.more ?? false;
}

// Nothing behind the cursor: that is right only where the cursor stands at the end of the feed.
async function checkCursor(sql: Sql, cursor: number): Promise<void> {
  const kept = await forgottenTo(sql);
  if (kept > cursor) throw await gapError(sql, cursor);
  const { lastCommit } = await readCounts(sql);
  if (cursor > lastCommit) throw cursorAhead(cursor, lastCommit, kept + 1);
}

async function forgottenTo(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ no: number }>("select forgotten_to as no from feed_totals");
  return rows[0]?.no ?? 0;
}

async function gapError(sql: Sql, cursor: number): Promise<FeedForgottenError> {
  const kept = await forgottenTo(sql);
  return new FeedForgottenError(`the feed behind commit ${cursor} is kept only from commit ${kept + 1} on`, {
    remedy: "go on at the first commit that is kept; what lies before it is in the stored curves",
    keptFrom: kept + 1,
  });
}

/** Keeps how far a consumer has read, so that what all of them have passed can go. */
export async function saveCursor(sql: Sql, consumer: string, cursor: number): Promise<void> {
  await sql.query(
    `insert into feed_consumer (name, cursor) values ($1, $2)
       on conflict (name) do update set cursor = excluded.cursor, updated_at = now()`,
    [consumer, cursor],
  );
}

/** Every reader of the feed, with how far it is behind. */
export async function feedConsumers(sql: Sql): Promise<FeedConsumer[]> {
  const { lastCommit } = await readCounts(sql);
  const { rows } = await sql.query<{ name: string; cursor: number; lag_ms: number | null }>(
    `select name, cursor, extract(epoch from clock_timestamp() - next.stored_at)::float8 * 1000 as lag_ms
       from feed_consumer c left join lateral (
         select stored_at from feed_commit where no > c.cursor order by no limit 1) next on true order by name`,
  );
  return rows.map(({ name, cursor, lag_ms }) => {
    const lagCommits = Math.max(0, lastCommit - cursor);
    return { name, cursor, lagCommits, lagMs: lagCommits === 0 ? 0 : Math.max(0, lag_ms ?? 0) };
  });
}

/** Keeps the feed no longer for a reader; false where there is none of that name. */
export async function forgetConsumer(sql: Sql, name: string): Promise<boolean> {
  const { rowCount } = await sql.query("delete from feed_consumer where name = $1", [name]);
  return (rowCount ?? 0) > 0;
}

/** Drops feed rows that every consumer has passed, and the oldest beyond the bounds. Gives how many went. */
export async function forgetFeed(db: Database, { maxAgeMs, maxBytes }: FeedBounds): Promise<number> {
  return db.transaction(async (tx) => {
    const { rowCount, rows } = await tx.query<{ no: number }>(
      `with sized as (
         select no, stored_at, sum(octet_length(readings)) over (order by no desc) as bytes_from_here from feed_commit)
       delete from feed_commit where no <= greatest(
         (select min(cursor) from feed_consumer),
         (select max(no) from sized where bytes_from_here > $2),
         (select max(no) from sized where stored_at < clock_timestamp() - $1 * interval '1 millisecond')) returning no`,
      [maxAgeMs, maxBytes],
    );
    const highest = rows.reduce((max, row) => Math.max(max, row.no), 0);
    await tx.query("update feed_totals set forgotten_to = greatest(forgotten_to, $1)", [highest]);
    return rowCount ?? 0;
  });
}
