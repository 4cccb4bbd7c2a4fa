import { type Database, openDatabase, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import { lockFolder } from "./config/folder-lock.ts";
import { dataDirOf, type LoadedConfig } from "./config/load.ts";
import { ensureSecret } from "./config/secrets.ts";
import { openDatabasePlace } from "./database-place.ts";
import { startHeadEnd } from "./head-end.ts";
import { threadSettings } from "./up.ts";

/** A database and a broker to import to, whoever runs them. */
export interface ImportPlace {
  readonly db: Database;
  readonly mqttUrl: string;
  readonly password: string;
  /** The store, where the head-end is this process's own; null where it is another's. */
  readonly store: ReadingStore | null;
}

/**
 * Runs `work` with PostgreSQL and a head-end of this process, started for it on free ports and stopped after it, without
 * analytics and API: they read the feed when `up` runs.
 *
 * @throws {DataFolderBusyError} when another program works on the same data folder.
 */
export async function withOwnHeadEnd<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (place: ImportPlace) => Promise<Result>,
): Promise<Result> {
  const unlock = lockFolder(dataDirOf(loaded), "import");
  try {
    return await withHeadEnd(onFreePorts(loaded), logger, work);
  } finally {
    unlock();
  }
}

/** The same, on ports that nobody else has: what runs for one command is in nobody's way. */
function onFreePorts(loaded: LoadedConfig): LoadedConfig {
  const { config } = loaded;
  return { ...loaded, config: { ...config, broker: { ...config.broker, port: 0 }, postgres: { port: 0 } } };
}

async function withHeadEnd<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (place: ImportPlace) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabasePlace(loaded, logger);
  try {
    const settings = await threadSettings(loaded, database.url);
    const headEnd = await startHeadEnd(settings, logger);
    const db = openDatabase({ url: database.url, logger, maxConnections: 2 });
    try {
      const password = ensureSecret(settings.dataDir, "mqtt-import");
      return await work({
        db,
        mqttUrl: `mqtt://${loaded.config.broker.host}:${headEnd.mqttPort}`,
        password,
        store: headEnd.store,
      });
    } finally {
      await db.close();
      await headEnd.close();
    }
  } finally {
    await database.stop();
  }
}
