import { workerData } from "node:worker_threads";
import { makeLogger } from "../config/log.ts";
import { startHeadEnd } from "../head-end.ts";
import { runRoom, tellMain } from "./inside.ts";
import type { ThreadSettings } from "./settings.ts";

await runRoom(async () => {
  const settings = workerData as ThreadSettings;
  const logger = makeLogger(settings.config.log.level, "head-end", settings.config.log);
  const headEnd = await startHeadEnd(settings, logger, () => tellMain({ type: "committed" }));
  return {
    details: { mqttPort: headEnd.mqttPort, store: headEnd.store.kind },
    close: () => headEnd.close(),
    onMessage: (message) => {
      if (message.type === "store") headEnd.serveStore(message.port);
    },
  };
});
