import type { Database, ReadingStore } from "@nightflow/storage";
import { readProgress } from "./derived/progress.ts";
import { slowestCursor } from "./runner/page-writer.ts";
import { plannedShards } from "./runner/shard-plan.ts";

/** Names under which analytics tells the store how far it has read. */
export const DETECTORS = "analytics";
export const DERIVED_HOURS = "derived";

/**
 * Tells the store of every reader of its feed in analytics, before any of them reads on, by what the database keeps of
 * each. A store forgets what all readers that it knows of have passed: one that it had not heard of yet would find its
 * readings gone.
 */
export async function registerConsumers(
  { store, db }: { readonly store: Pick<ReadingStore, "saveCursor">; readonly db: Database },
  { hasDerivedHours }: { readonly hasDerivedHours: boolean },
): Promise<void> {
  await store.saveCursor(DETECTORS, await slowestCursor(db, await plannedShards(db)));
  if (hasDerivedHours) await store.saveCursor(DERIVED_HOURS, (await readProgress(db)).cursor);
}
