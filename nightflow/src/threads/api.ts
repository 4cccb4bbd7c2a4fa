import { workerData } from "node:worker_threads";
import { ApiMetrics } from "@nightflow/crm-api";
import { connectReadingStore, openDatabase } from "@nightflow/storage";
import { makeClock } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { PortFieldLine } from "../field/port-line.ts";
import { mergeViews, operateThread } from "../operate/index.ts";
import { ThreadHealth } from "../operate/thread-health.ts";
import { apiView } from "../operate/views/api.ts";
import { databaseView, jobsView } from "../operate/views/database.ts";
import { startApiParts } from "../rooms/api.ts";
import { runRoom } from "./inside.ts";
import type { ApiThreadSettings } from "./settings.ts";

await runRoom(async () => {
  const { config, databaseUrl, anchor, storePort, fieldPort, dataDir } = workerData as ApiThreadSettings;
  const logger = makeLogger(config.log.level, "api", config.log);
  const db = openDatabase({ url: databaseUrl, logger, maxConnections: 12 });
  const store = connectReadingStore(storePort, config.store);
  const clock = makeClock(anchor);
  const metrics = new ApiMetrics();
  const headEndHealth = new ThreadHealth(db);
  const line = new PortFieldLine(fieldPort);
  const parts = { store, db, clock, config: config.api, security: config, dataDir, logger, metrics, headEndHealth };
  const api = await startApiParts({ ...parts, line });
  const { operate, site } = config;
  const view = mergeViews(apiView(metrics, db, clock), databaseView(db), jobsView(db));
  const operated = operateThread({ part: "api", view, config: operate, site, logger, sql: db });
  return {
    details: { url: api.url, setupUrl: api.setupUrl ?? "" },
    onMessage: (message) => {
      if (message.type === "operate") operated.serveTo(message.port);
      if (message.type === "look-at") headEndHealth.lookAt(message.part, message.port);
    },
    async close() {
      await operated.close();
      await api.close();
      line.close();
      await store.close();
      await db.close();
    },
  };
});
