import { workerData } from "node:worker_threads";
import { bindInstallation } from "../backup/bind-installation.ts";
import { isStoreFile, serveHold } from "../backup/serve-hold.ts";
import { makeLogger } from "../config/log.ts";
import { startHeadEnd } from "../head-end.ts";
import { operateThread } from "../operate/index.ts";
import { runRoom, tellMain } from "./inside.ts";
import type { ThreadSettings } from "./settings.ts";

await runRoom(async () => {
  const settings = workerData as ThreadSettings;
  const logger = makeLogger(settings.config.log.level, "head-end", settings.config.log);
  const headEnd = await startHeadEnd(settings, logger, () => tellMain({ type: "committed" }));
  const { view, publish, db } = headEnd;
  const store = isStoreFile(headEnd.store) ? headEnd.store : undefined;
  const hold = store && (await serveHold(store, settings.dataDir, logger));
  if (store !== undefined) void bindInstallation(store, db, logger);
  const { operate, site } = settings.config;
  const operated = operateThread({ part: "head-end", view, config: operate, site, logger, sql: db, publish });
  return {
    details: { mqttPort: headEnd.mqttPort, store: headEnd.store.kind },
    async close() {
      hold?.close();
      await operated.close();
      await headEnd.close();
    },
    onMessage: (message) => {
      if (message.type === "store") headEnd.serveStore(message.port);
      if (message.type === "field") headEnd.serveField(message.port);
      if (message.type === "operate") operated.serveTo(message.port);
    },
  };
});
