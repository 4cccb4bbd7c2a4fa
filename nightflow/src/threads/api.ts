import { workerData } from "node:worker_threads";
import { connectReadingStore, openDatabase } from "@nightflow/storage";
import { makeClock } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { startApiParts } from "../rooms/api.ts";
import { runRoom } from "./inside.ts";
import type { ThreadWithStore } from "./settings.ts";

await runRoom(async () => {
  const { config, databaseUrl, anchor, storePort, dataDir } = workerData as ThreadWithStore;
  const logger = makeLogger(config.log.level, "api", config.log);
  const db = openDatabase({ url: databaseUrl, logger, maxConnections: 12 });
  const store = connectReadingStore(storePort);
  const api = await startApiParts({ store, db, clock: makeClock(anchor), config: config.api, dataDir, logger });
  return {
    details: { url: api.url, setupUrl: api.setupUrl ?? "" },
    async close() {
      await api.close();
      await store.close();
      await db.close();
    },
  };
});
