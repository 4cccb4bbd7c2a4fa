import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { realClock } from "@nightflow/domain";
import { type DuckDbReadingStore, openDuckDbStore } from "@nightflow/storage";
import type { Logger } from "pino";
import { lockFolder } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig } from "../config/load.ts";
import { duckDbOptions } from "../open-store.ts";
import { UsageError } from "./failure.ts";

/** The file of the embedded store. @throws {UsageError} when the configuration names another store. */
export function storeFileOf(loaded: LoadedConfig): string {
  if (loaded.config.store !== "duckdb")
    throw new UsageError("this command works on the embedded store, and the configuration says store: influxdb");
  return join(dataDirOf(loaded), "readings.duckdb");
}

/**
 * Runs `work` on the embedded store of a head-end that stands still; its file has one owner.
 *
 * @throws {DataFolderBusyError} when `up` or an import works on the data folder. @throws {UsageError} when there is no file,
 * unless it can be new.
 */
export async function withOwnStore<Result>(
  loaded: LoadedConfig,
  logger: Logger,
  work: (store: DuckDbReadingStore) => Promise<Result>,
  { canBeNew = false } = {},
): Promise<Result> {
  const path = storeFileOf(loaded);
  const unlock = lockFolder(dataDirOf(loaded), "import");
  try {
    if (!canBeNew && !existsSync(path)) throw new UsageError(`there is no store file ${path} yet`);
    mkdirSync(dirname(path), { recursive: true });
    const store = await openDuckDbStore({ ...duckDbOptions(loaded.config, path), clock: realClock, logger });
    return await work(store).finally(() => store.close());
  } finally {
    unlock();
  }
}
