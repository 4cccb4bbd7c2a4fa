import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { realClock } from "@nightflow/domain";
import {
  type BackupPart,
  BackupUnusableError,
  openDuckDbStore,
  type StoreFileFacts,
  storeFileFacts,
  writePart,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { storeFileOf } from "../commands/own-store.ts";
import type { LoadedConfig } from "../config/load.ts";
import { duckDbOptions } from "../open-store.ts";
import { type CopyableFile, type HeldByUs, holdStore } from "./hold-store.ts";

/** Name of the store's file in a backup. */
export const STORE_PART = "readings.duckdb";

/** The embedded store, held from before the database is dumped until its file is copied. */
export type StoreHold = HeldByUs;

/** Holds the store of the running head-end; where none runs, opens it once, so that its journal is in the file, and closes it. */
export async function holdStoreOf(
  loaded: LoadedConfig,
  dataDir: string,
  isUpRunning: boolean,
  installation: string,
  logger: Logger,
): Promise<StoreHold> {
  if (isUpRunning) return await holdStore(dataDir, installation);
  const file = await settleFile(loaded, installation, logger);
  return { still: async () => file, copied: async () => undefined, release: () => undefined };
}

async function settleFile(loaded: LoadedConfig, installation: string, logger: Logger): Promise<CopyableFile> {
  const path = storeFileOf(loaded);
  const store = await openDuckDbStore({ ...duckDbOptions(loaded.config, path), clock: realClock, logger });
  const owner = await store.installation(installation).finally(() => store.close());
  if (owner !== installation)
    throw new BackupUnusableError(`${path} belongs to installation ${owner} and PostgreSQL is of ${installation}`, {
      remedy: "give both their own again (DATABASE_URL, dataDir): stores that do not belong together are no backup",
    });
  if (existsSync(`${path}.wal`))
    throw new BackupUnusableError(`the log of ${path} could not be brought into it`, {
      remedy: "look at free disk space, then run nightflow backup again",
    });
  const { size: bytes } = await stat(path);
  const { lastCommit } = await storeFileFacts(path);
  return { path, bytes, lastCommit };
}

/** Copies the held file into a backup and looks into the copy. @throws {BackupUnusableError} when it is not what was held. */
export async function copyHeldStore(
  hold: StoreHold,
  folder: string,
  installation: string,
  onBytes: (bytes: number, of: number) => void,
): Promise<{ part: BackupPart; facts: StoreFileFacts }> {
  const { path, bytes, lastCommit } = await hold.still();
  const part = await writePart(folder, STORE_PART, { file: path, bytes }, (more) => onBytes(more, bytes));
  await hold.copied();
  const facts = await storeFileFacts(`${folder}/${STORE_PART}`);
  if (facts.lastCommit === lastCommit && facts.installation === installation) return { part, facts };
  throw new BackupUnusableError(
    `the copy of the store ends with commit ${facts.lastCommit} of ${facts.installation}, and ${lastCommit} of ${installation} was due`,
    { remedy: "run nightflow backup again; if it stays, run nightflow store check while nightflow up stands still" },
  );
}
