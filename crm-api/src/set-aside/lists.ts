import type { ReadingStore, SetAsideFilter, SetAsideList, StoredSetAside, StoredValue } from "@nightflow/storage";
import type { z } from "zod";
import { decodeCursor, encodeCursor } from "../http/paging.ts";
import { BadRequestProblem } from "../http/problems.ts";
import type { EntryFilter, EntryPage, EntryQuery, EntryRow } from "./wire.ts";

/** A filter of the API as the store knows it. */
export function storeFilter(list: SetAsideList, { from, to, ...filter }: EntryFilter): SetAsideFilter {
  return { list, ...filter, fromMs: from, toMs: to };
}

/** A page of one list, newest first; conflicts with the value that is stored. */
export async function entryPage(
  store: ReadingStore,
  list: SetAsideList,
  { limit, cursor, state, ...filter }: EntryQuery,
): Promise<z.infer<typeof EntryPage>> {
  const asked = { ...storeFilter(list, filter), ...(state !== "all" && { state }) };
  const beforeId = cursor === undefined ? undefined : idOf(cursor);
  const entries = await store.findSetAside(asked, { limit: limit + 1, beforeId });
  const shown = entries.slice(0, limit);
  const stored = list === "conflict" ? await storedBeside(store, shown) : new Map<number, string>();
  const last = entries.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((entry) => toRow(entry, stored.get(entry.id) ?? null)),
    nextCursor: last === undefined ? null : encodeCursor(String(last.id), String(last.id)),
  };
}

function idOf(cursor: string): number {
  const id = Number(decodeCursor(cursor)[0]);
  if (!Number.isSafeInteger(id)) throw new BadRequestProblem("the cursor is not one that this list gave");
  return id;
}

async function storedBeside(store: ReadingStore, entries: readonly StoredSetAside[]): Promise<Map<number, string>> {
  const keyed = entries.flatMap(({ id, channel, readAtMs }) =>
    channel === null || readAtMs === null ? [] : [{ id, channel, readAtMs }],
  );
  const values = await store.valuesAt(keyed);
  return new Map(keyed.map(({ id }, i) => [id, valueText(values[i])]));
}

function valueText(value: StoredValue | undefined): string {
  return value === undefined ? "" : String(value.counts ?? value.gauge ?? "missing");
}

function toRow(entry: StoredSetAside, storedValue: string | null): z.infer<typeof EntryRow> {
  const { receivedAtMs, readAtMs, settledAtMs, ...rest } = entry;
  return {
    ...rest,
    receivedAt: receivedAtMs,
    readAt: readAtMs,
    settledAt: settledAtMs,
    storedValue: storedValue === "" ? null : storedValue,
  };
}
