import { workerData } from "node:worker_threads";
import { startHeadEnd } from "../head-end.ts";
import { runRoom, tellMain } from "./inside.ts";
import type { ThreadSettings } from "./settings.ts";

await runRoom(async () => {
  const headEnd = await startHeadEnd(workerData as ThreadSettings, () => tellMain({ type: "committed" }));
  return {
    details: { mqttPort: headEnd.mqttPort, store: headEnd.store.kind },
    close: () => headEnd.close(),
    onMessage: (message) => {
      if (message.type === "store") headEnd.serveStore(message.port);
    },
  };
});
