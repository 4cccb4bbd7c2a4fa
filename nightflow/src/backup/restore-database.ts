import { join } from "node:path";
import {
  type BackupManifest,
  loadMigrations,
  migrate,
  openDatabase,
  RELATIONAL_FOLDER,
  restoreDatabase,
  startEmbeddedPostgres,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { externalUrl } from "../database-place.ts";
import { makeRoomInDatabase, refuseFilledDatabase } from "./set-aside-place.ts";

/** An empty database for a restore, and how to let go of it. */
export interface RestorePlace {
  readonly url: string;
  /** Schemas that hold what was in the way. */
  readonly setAside: readonly string[];
  stop(): Promise<void>;
}

/** A new embedded PostgreSQL in the data folder, or room in the server that DATABASE_URL names. */
export async function openRestorePlace(dataDir: string, stamp: string, logger: Logger): Promise<RestorePlace> {
  const external = externalUrl();
  if (external !== undefined) {
    const db = openDatabase({ url: external, logger, maxConnections: 1 });
    const setAside = await makeRoomInDatabase(db, stamp).finally(() => db.close());
    return { url: external, setAside, stop: async () => undefined };
  }
  const server = await startEmbeddedPostgres({ dataDir: join(dataDir, "postgres"), port: 0, logger });
  return { url: server.url, setAside: [], stop: () => server.stop() };
}

/** @throws {RestoreTargetError} when DATABASE_URL names a database that is not empty. */
export async function refuseTakenDatabase(logger: Logger): Promise<void> {
  const external = externalUrl();
  if (external === undefined) return;
  const db = openDatabase({ url: external, logger, maxConnections: 1 });
  await refuseFilledDatabase(db).finally(() => db.close());
}

/** Fills an empty database from a backup, as of the schema of its time, and brings it to this program's. */
export async function fillDatabase(
  url: string,
  from: string,
  { relational }: BackupManifest,
  logger: Logger,
  onTable: (done: number, total: number) => void,
): Promise<void> {
  const db = openDatabase({ url, logger, maxConnections: 2 });
  try {
    await migrate(db, logger, (await loadMigrations()).slice(0, relational.schema));
    await restoreDatabase(url, join(from, RELATIONAL_FOLDER), relational, (_, done, of) => onTable(done, of));
    await migrate(db, logger);
  } finally {
    await db.close();
  }
}
