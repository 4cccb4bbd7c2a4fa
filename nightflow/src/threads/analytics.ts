import { workerData } from "node:worker_threads";
import { connectReadingStore, openDatabase } from "@nightflow/storage";
import { makeClock } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { operateThread } from "../operate/index.ts";
import { analyticsView } from "../operate/views/analytics.ts";
import { startAnalyticsParts } from "../rooms/analytics.ts";
import { runRoom } from "./inside.ts";
import type { ThreadWithStore } from "./settings.ts";

await runRoom(async () => {
  const { config, databaseUrl, anchor, storePort } = workerData as ThreadWithStore;
  const logger = makeLogger(config.log.level, "analytics", config.log);
  const db = openDatabase({ url: databaseUrl, logger, maxConnections: 4 });
  const store = connectReadingStore(storePort);
  const parts = { store, db, clock: makeClock(anchor), config: config.analytics, logger, isOneOfSeveral: false };
  const running = await startAnalyticsParts(parts);
  const { operate, site } = config;
  const view = analyticsView(running.analytics, store, operate.maxFeedLagS);
  const operated = operateThread({ part: "analytics", view, config: operate, site, logger, sql: db });
  return {
    details: {},
    onMessage: (message) => {
      if (message.type === "wake") running.analytics.wake();
      if (message.type === "operate") operated.serveTo(message.port);
    },
    async close() {
      await operated.close();
      await running.close();
      await store.close();
      await db.close();
    },
  };
});
