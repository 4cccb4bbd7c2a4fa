import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@nightflow/storage";
import type { Logger } from "pino";
import type { LoadedConfig } from "./config/load.ts";
import { dataDirOf } from "./own-head-end.ts";
import { openDatabasePlace } from "./up.ts";

/** File in which a running `up` says where its embedded PostgreSQL is; readable by its user alone. */
export function databaseUrlFile(dataDir: string): string {
  return join(dataDir, "postgres", "url");
}

/**
 * Runs `work` on the installation's database: the server of DATABASE_URL, the embedded one of a running `up`, else an
 * embedded one started for the while.
 */
export async function withDatabase<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const running = await runningDatabase(loaded, logger);
  if (running !== undefined) return await work(running).finally(() => running.close());
  const place = await openDatabasePlace(loaded, logger);
  const db = openDatabase({ url: place.url, logger, maxConnections: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
    await place.stop();
  }
}

/** The database of a running `up`; undefined when none answers. */
export async function runningDatabase(loaded: LoadedConfig, logger: Logger): Promise<Database | undefined> {
  const file = databaseUrlFile(dataDirOf(loaded));
  if (process.env.DATABASE_URL || !existsSync(file)) return undefined;
  const db = openDatabase({ url: readFileSync(file, "utf8").trim(), logger, maxConnections: 2 });
  try {
    await db.query("select 1");
    return db;
  } catch {
    await db.close();
    return undefined;
  }
}
