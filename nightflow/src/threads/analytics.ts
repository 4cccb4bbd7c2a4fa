import { workerData } from "node:worker_threads";
import { startAnalytics, startDerivedSeries } from "@nightflow/analytics";
import { connectReadingStore, openDatabase } from "@nightflow/storage";
import { makeClock } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { runRoom } from "./inside.ts";
import type { ThreadWithStore } from "./settings.ts";

await runRoom(async () => {
  const { config, databaseUrl, anchor, storePort } = workerData as ThreadWithStore;
  const logger = makeLogger(config.log.level, "analytics", config.log);
  const db = openDatabase({ url: databaseUrl, logger, maxConnections: 4 });
  const store = connectReadingStore(storePort);
  const analytics = await startAnalytics({ store, db, clock: makeClock(anchor), config: config.analytics, logger });
  const { derived } = config.analytics;
  const series = derived.isEnabled
    ? startDerivedSeries({ store, db, clock: makeClock(anchor), config: derived, logger })
    : undefined;
  return {
    details: {},
    onMessage: (message) => {
      if (message.type === "wake") analytics.wake();
    },
    async close() {
      await analytics.close();
      await series?.close();
      await store.close();
      await db.close();
    },
  };
});
