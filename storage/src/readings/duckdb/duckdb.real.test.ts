import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describeReadingStore } from "../../testing/reading-store-contract.ts";
import { openDuckDbStore } from "./duckdb-store.ts";

const logger = pino({ level: "silent" });

describeReadingStore("DuckDB", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-store-"));
  return {
    open: () => openDuckDbStore({ path: join(folder, "readings.duckdb"), thread: { anchor: null }, logger }),
    remove: () => rm(folder, { recursive: true }),
  };
});
