import type { Clock } from "@nightflow/domain";
import type { Database, ReadingStore } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import type { FeedConsumerRow } from "./wire.ts";

const PATIENCE_MS = 2000;

/** Who reads the feed and how far behind; null where the store does not answer soon: that is said elsewhere. */
export async function feedRows(store: Pick<ReadingStore, "feedConsumers">): Promise<FeedConsumerRow[] | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), PATIENCE_MS);
  try {
    const consumers = await Promise.race([store.feedConsumers(), late]);
    return consumers?.map(({ lagMs, ...consumer }) => ({ ...consumer, lagS: lagMs / 1000 })) ?? null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** What forgetting a reader needs. */
export interface FeedCare {
  readonly db: Database;
  readonly store: Pick<ReadingStore, "feedConsumers" | "forgetConsumer">;
  readonly clock: Clock;
}

/**
 * Keeps the feed no longer for a reader that is gone for good, with an audit entry.
 *
 * @throws {NotFoundProblem} when the store knows none of that name.
 */
export async function forgetReader({ db, store, clock }: FeedCare, by: Principal, name: string, reason: string) {
  const before = (await store.feedConsumers()).find((consumer) => consumer.name === name);
  if (before === undefined) throw new NotFoundProblem("reader of the feed", name);
  await db.transaction(async (tx) => {
    const { cursor, lagCommits } = before;
    const note = { action: "feed.forget_consumer", kind: "feed_consumer", subject: name };
    await recordAudit(tx, clock, by, { ...note, before: { cursor, lagCommits }, reason });
    await store.forgetConsumer(name);
  });
}
