import type { ReadingColumns } from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";
import { decodeColumns, encodeColumns } from "../columns-codec.ts";
import { pickRows } from "../reading-columns.ts";
import { instantName } from "./point-reader.ts";

/**
 * Notes, durably, which points are about to be written. InfluxDB has no transactions: when the commit behind them
 * fails, the points may stay. Without this note the batch that is sent again would look like a repeat of them, and its
 * readings would never reach the feed. What a failed commit has noted already is not noted again, so that an outage with
 * its many tries leaves no more notes than there are readings. Null when there is nothing to note.
 */
export async function noteIntent(sql: Sql, readings: ReadingColumns): Promise<number | null> {
  const noted = await uncommittedInstants(sql);
  const open = instantNames(readings).flatMap((name, i) => (noted.has(name) ? [] : [i]));
  if (open.length === 0) return null;
  const { rows } = await sql.query<{ id: number }>("insert into feed_intent (readings) values ($1) returning id", [
    await encodeColumns(open.length === readings.length ? readings : pickRows(readings, open)),
  ]);
  const id = rows[0]?.id;
  if (id === undefined) throw new RangeError("feed_intent gave no id");
  return id;
}

/** Takes a note back, where no point of it can have been written. */
export async function withdrawIntent(sql: Sql, id: number | null): Promise<void> {
  if (id !== null) await sql.query("delete from feed_intent where id = $1", [id]);
}

/** Instants whose points no commit stands behind (yet), by name. */
export async function uncommittedInstants(sql: Sql): Promise<Set<string>> {
  const names = new Set<string>();
  const { rows } = await sql.query<{ readings: Buffer }>("select readings from feed_intent");
  for (const { readings } of rows) for (const name of instantNames(await decodeColumns(readings))) names.add(name);
  return names;
}

/** Takes the instants of a commit out of the notes that failed commits left behind. */
export async function settleIntents(tx: Sql, committed: ReadingColumns, ownId: number | null): Promise<void> {
  const { rows } = await tx.query<{ id: number; readings: Buffer }>(
    "select id, readings from feed_intent where id is distinct from $1 for update",
    [ownId],
  );
  if (rows.length === 0) return;
  const settled = new Set(instantNames(committed));
  for (const { id, readings } of rows) await settleOne(tx, id, await decodeColumns(readings), settled);
}

async function settleOne(tx: Sql, id: number, noted: ReadingColumns, settled: ReadonlySet<string>): Promise<void> {
  const open = instantNames(noted).flatMap((name, i) => (settled.has(name) ? [] : [i]));
  if (open.length === noted.length) return;
  if (open.length === 0) await tx.query("delete from feed_intent where id = $1", [id]);
  else
    await tx.query("update feed_intent set readings = $2 where id = $1", [
      id,
      await encodeColumns(pickRows(noted, open)),
    ]);
}

function instantNames(readings: ReadingColumns): string[] {
  return Array.from({ length: readings.length }, (_, i) =>
    instantName(readings.channels[readings.channelNos[i] ?? -1] ?? "", readings.readAtMs[i] ?? Number.NaN),
  );
}
