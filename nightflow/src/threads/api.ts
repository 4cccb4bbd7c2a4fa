import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { startApi } from "@nightflow/crm-api";
import { builtPagesFolder } from "@nightflow/dashboards";
import { usageReportCsv, usageReportHtml } from "@nightflow/dashboards/reports";
import { connectReadingStore, createJobQueue, openDatabase, openFileStore } from "@nightflow/storage";
import { makeClock } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { runRoom } from "./inside.ts";
import type { ThreadWithStore } from "./settings.ts";

await runRoom(async () => {
  const { config, databaseUrl, anchor, storePort, dataDir } = workerData as ThreadWithStore;
  const logger = makeLogger(config.log.level, "api", config.log);
  const db = openDatabase({ url: databaseUrl, logger, maxConnections: 12 });
  const store = connectReadingStore(storePort);
  const clock = makeClock(anchor);
  const redisUrl = process.env.REDIS_URL;
  const jobs = createJobQueue({ db, logger, clock, ...(redisUrl && { redisUrl }) });
  const files = await openFileStore(join(dataDir, "files"));
  const webRoot = builtPagesFolder() ?? undefined;
  const renderer = {
    usageCurve: (report: Parameters<typeof usageReportHtml>[0], language: "zh" | "en") => ({
      html: usageReportHtml(report, language),
      csv: usageReportCsv(report),
    }),
  };
  const api = await startApi({
    db,
    store,
    clock,
    files,
    jobs,
    renderer,
    config: config.api,
    logger,
    webRoot,
  });
  return {
    details: { url: api.url, setupUrl: api.setupUrl ?? "" },
    async close() {
      await api.close();
      await store.close();
      await db.close();
    },
  };
});
