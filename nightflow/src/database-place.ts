import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import {
  type Database,
  DEFAULT_RESTART_POLICY,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { refuseUnfinishedRestore } from "./backup/unfinished-restore.ts";
import { holderOf } from "./config/folder-lock.ts";
import { dataDirOf, type LoadedConfig, resolvePath } from "./config/load.ts";

/** A relational database for this installation, and how to let go of it. */
export interface DatabasePlace {
  readonly url: string;
  readonly isEmbedded: boolean;
  /** Calls back when an embedded server is down for good. */
  onLost(listener: (error: Error) => void): void;
  stop(): Promise<void>;
}

/** Embedded PostgreSQL in the data folder, or the server that DATABASE_URL names; migrated. */
export async function openDatabasePlace(loaded: LoadedConfig, logger: Logger): Promise<DatabasePlace> {
  refuseUnfinishedRestore(dataDirOf(loaded));
  const external = externalUrl();
  const place = external === undefined ? await embedded(loaded, logger) : externalPlace(external);
  const db = openDatabase({ url: place.url, logger, maxConnections: 1 });
  try {
    await migrate(db, logger);
  } catch (error) {
    await db.close();
    await place.stop();
    throw error;
  }
  await db.close();
  return place;
}

async function embedded(loaded: LoadedConfig, logger: Logger): Promise<DatabasePlace> {
  const dataDir = join(resolvePath(loaded, loaded.config.dataDir), "postgres");
  // Never given up: on the embedded store the head-end goes on collecting without it, and would end with the program.
  const restart = { ...DEFAULT_RESTART_POLICY, maxFailures: Number.POSITIVE_INFINITY };
  const server = await startEmbeddedPostgres({ dataDir, port: loaded.config.postgres.port, logger, restart });
  const onLost = (listener: (error: Error) => void) =>
    server.onExit((error) => {
      if (error !== undefined) listener(error);
    });
  const urlFile = databaseUrlFile(resolvePath(loaded, loaded.config.dataDir));
  writeFileSync(urlFile, `${server.url}\n`, { mode: 0o600 });
  const stop = async () => {
    rmSync(urlFile, { force: true });
    await server.stop();
  };
  return { url: server.url, isEmbedded: true, onLost, stop };
}

function externalPlace(url: string): DatabasePlace {
  return { url, isEmbedded: false, onLost: () => {}, stop: async () => {} };
}

/** File in which a running `up` says where its embedded PostgreSQL is; readable by its user alone. */
export function databaseUrlFile(dataDir: string): string {
  return join(dataDir, "postgres", "url");
}

/**
 * Runs `work` on the installation's database: the server of DATABASE_URL, the embedded one of a running `up`, else an
 * embedded one started for the while.
 *
 * @throws {ConfigError} when `up` runs on another database than this program would take.
 */
export async function withDatabase<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  requireSameAsUp(loaded);
  const running = await runningDatabase(loaded, logger);
  if (running !== undefined) return await work(running).finally(() => running.close());
  // Of its own for the while: on any free port.
  const place = await openDatabasePlace({ ...loaded, config: { ...loaded.config, postgres: { port: 0 } } }, logger);
  const db = openDatabase({ url: place.url, logger, maxConnections: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
    await place.stop();
  }
}

/**
 * Runs `work` with the address of the installation's database, as it is: of a server that runs nothing is migrated.
 *
 * @throws {ConfigError} when `up` runs on another database than this program would take.
 */
export async function withDatabaseUrl<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  requireSameAsUp(loaded);
  const external = externalUrl();
  if (external !== undefined) return await work(external);
  const running = await runningDatabase(loaded, logger);
  if (running !== undefined) {
    await running.close();
    return await work(readFileSync(databaseUrlFile(dataDirOf(loaded)), "utf8").trim());
  }
  const place = await openDatabasePlace({ ...loaded, config: { ...loaded.config, postgres: { port: 0 } } }, logger);
  return await work(place.url).finally(() => place.stop());
}

// What is written to a database that the running head-end does not read would be lost to sight.
function requireSameAsUp(loaded: LoadedConfig): void {
  const dataDir = dataDirOf(loaded);
  if (holderOf(dataDir, "up")?.work !== "up") return;
  const isExternal = externalUrl() !== undefined;
  if (isExternal !== existsSync(databaseUrlFile(dataDir))) return;
  throw new ConfigError("DATABASE_URL", [
    isExternal
      ? `it is set here, and nightflow up works on ${dataDir} with its own PostgreSQL: unset it`
      : `it is not set here, and nightflow up works on ${dataDir} with a PostgreSQL that it names, or is still starting: set it, or wait`,
  ]);
}

/** The server that DATABASE_URL names; undefined where the embedded one is to be taken. */
export function externalUrl(): string | undefined {
  return process.env.DATABASE_URL === "" ? undefined : process.env.DATABASE_URL;
}

/** The database of a running `up`; undefined when none answers. */
export async function runningDatabase(loaded: LoadedConfig, logger: Logger): Promise<Database | undefined> {
  const file = databaseUrlFile(dataDirOf(loaded));
  if (externalUrl() !== undefined || !existsSync(file)) return undefined;
  const db = openDatabase({ url: readFileSync(file, "utf8").trim(), logger, maxConnections: 2 });
  try {
    await db.query("select 1");
    return db;
  } catch {
    await db.close();
    return undefined;
  }
}
