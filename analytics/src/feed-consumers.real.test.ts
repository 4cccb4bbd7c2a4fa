import { ManualClock } from "@nightflow/domain";
import type { ReadingStore } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { AnalyticsConfig } from "./config.ts";
import { startDerivedSeries } from "./derived/index.ts";
import { startAnalytics } from "./runner/runner.ts";
import { FakeFeed } from "./testing/fake-store.ts";
import { START_MS } from "./testing/series.ts";

const postgres = testDatabase();

/** A store that notes what it is told and asked, in order. */
function notingStore() {
  const feed = new FakeFeed();
  const notes: string[] = [];
  const noting: Pick<ReadingStore, "changesSince" | "saveCursor"> = {
    saveCursor: async (consumer, cursor) => {
      notes.push(`${consumer} at ${cursor}`);
    },
    changesSince: async (cursor, limit) => {
      notes.push("read");
      return feed.store.changesSince(cursor, limit);
    },
  };
  return { notes, store: noting as ReadingStore };
}

async function parts(settings: object = {}) {
  const { database: db } = await postgres.fresh();
  const { notes, store } = notingStore();
  const config = AnalyticsConfig.parse(settings);
  const clock = new ManualClock(START_MS);
  return { notes, deps: { store, db, clock, config, logger: silentLogger, loadRegistry: async () => [] } };
}

test("the store hears of the detectors and of the derived hours before the detectors read", async () => {
  const { notes, deps } = await parts();
  await deps.db.query("update derived_progress set cursor = 7");
  const analytics = await startAnalytics(deps);
  await expect.poll(() => notes).toContain("read");
  await analytics.close();
  expect(notes.slice(0, 3)).toEqual(["analytics at 0", "derived at 7", "read"]);
});

test("and before the derived hours read, by the slowest shard", async () => {
  const { notes, deps } = await parts();
  await deps.db.query("update analytics_plan set shards = 2");
  await deps.db.query(
    "insert into analytics_snapshot (shard, cursor, state, taken_at) values (0, 9, '', now()), (1, 4, '', now())",
  );
  const series = startDerivedSeries({ ...deps, config: deps.config.derived });
  await expect.poll(() => notes).toContain("read");
  await series.close();
  expect(notes.slice(0, 3)).toEqual(["analytics at 4", "derived at 0", "read"]);
});

test("derived hours that are switched off hold the store's feed for nobody", async () => {
  const { notes, deps } = await parts({ derived: { isEnabled: false } });
  const analytics = await startAnalytics(deps);
  await expect.poll(() => notes).toContain("read");
  await analytics.close();
  expect(notes.slice(0, 2)).toEqual(["analytics at 0", "read"]);
});
