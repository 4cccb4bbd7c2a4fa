import type { ReadingStore, SetAsideList, Sql, StoredSetAside } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { decodeCursor, encodeCursor } from "../http/paging.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import type { SetAsidePage, SetAsideRow } from "./wire.ts";

const SCAN_PAGE = 500;
// A person of one region sees the entries of his channels; further back than this the list is not searched at once.
const MOST_SCANNED = 10_000;

/** Entries set aside, newest first. What names no known channel is shown to people who see everything only. */
export async function setAsidePage(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  list: SetAsideList,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<z.infer<typeof SetAsidePage>> {
  const beforeId = page.cursor === undefined ? undefined : idOf(page.cursor);
  if (!scope.isWhole) return { ...(await scopedPage(sql, store, scope, list, page.limit, beforeId)), counts: null };
  const entries = await store.setAside(list, page.limit + 1, beforeId);
  const { stored, deadLetters, quarantined, conflicts, repeats } = await store.counts();
  const counts = { stored, deadLetters, quarantined, conflicts, repeats };
  return { ...cut(entries, page.limit), counts };
}

function idOf(cursor: string): number {
  const id = Number(decodeCursor(cursor)[0]);
  if (!Number.isSafeInteger(id)) throw new BadRequestProblem("the cursor is not one that this list gave");
  return id;
}

async function scopedPage(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  list: SetAsideList,
  limit: number,
  beforeId: number | undefined,
) {
  const channels = await channelsInScope(sql, scope);
  const found: StoredSetAside[] = [];
  let before = beforeId;
  for (let scanned = 0; scanned < MOST_SCANNED && found.length <= limit; scanned += SCAN_PAGE) {
    const entries = await store.setAside(list, SCAN_PAGE, before);
    found.push(...entries.filter((entry) => entry.channel !== null && channels.has(entry.channel)));
    before = entries.at(-1)?.id;
    if (entries.length < SCAN_PAGE) break;
  }
  return cut(found, limit);
}

async function channelsInScope(sql: Sql, scope: Scope): Promise<ReadonlySet<string>> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "m.unit_id"));
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from channel c join meter m on m.id = c.meter_id ${filter.where}`,
    filter.values,
  );
  return new Set(rows.map((row) => row.id));
}

function cut(entries: readonly StoredSetAside[], limit: number) {
  const items = entries.slice(0, limit).map(toRow);
  const last = items.at(-1);
  const hasMore = entries.length > limit && last !== undefined;
  return { items, nextCursor: hasMore ? encodeCursor(String(last.id), String(last.id)) : null };
}

// What became of an entry is told by the list of entries with its filters; this one shows what was set aside.
function toRow(entry: StoredSetAside): z.infer<typeof SetAsideRow> {
  const { receivedAtMs, readAtMs, outcome, settledAtMs, decision, ...row } = entry;
  return { ...row, receivedAt: receivedAtMs, readAt: readAtMs };
}
