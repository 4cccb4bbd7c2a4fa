import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { realClock } from "@nightflow/domain";
import {
  type BackupManifest,
  type BackupPart,
  BackupUnusableError,
  checkBackup,
  freeBucketName,
  holdsPoints,
  openDuckDbStore,
  putBucketBack,
  relationalFacts,
  storeFileFacts,
  writePart,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { pkiFolder, REVOCATIONS } from "../broker-security.ts";
import { lockFolder } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig } from "../config/load.ts";
import { duckDbOptions } from "../open-store.ts";
import { backupName } from "./backup-folder.ts";
import { STORE_PART } from "./copy-store.ts";
import { bucketsOf, influxPlaceOf } from "./influx-place.ts";
import { fillDatabase, openRestorePlace, refuseTakenDatabase } from "./restore-database.ts";
import { makeRoom, refuseFilled } from "./set-aside-place.ts";
import { filePath } from "./take-backup.ts";
import { isRestoreUnfinished, markRestore, RestoreTargetError, unmarkRestore } from "./unfinished-restore.ts";

/** Which backup is to come back, and where to. */
export interface RestoreOrder {
  readonly loaded: LoadedConfig;
  readonly from: string;
  readonly isReplacing: boolean;
  /** Token of InfluxDB that may read and make buckets. */
  readonly operatorTokenFile?: string;
  readonly logger: Logger;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** What came of it. */
export interface RestoreReport {
  readonly manifest: BackupManifest;
  /** Where what was there before lies now: folders and schemas. */
  readonly setAside: readonly string[];
  /** Hashes of files that rows refer to and that the backup does not have. */
  readonly missing: readonly string[];
}

/**
 * Brings a backup back as one set. Everything is checked before anything is touched; until the end a mark in the data folder
 * keeps every program from starting on half of it.
 *
 * @throws {BackupDamagedError} {BackupUnusableError} for a backup that cannot be used; {RestoreTargetError} for a place that
 * is taken; {DataFolderBusyError} while something runs there.
 */
export async function restoreBackup(order: RestoreOrder): Promise<RestoreReport> {
  const dataDir = dataDirOf(order.loaded);
  await mkdir(dataDir, { recursive: true });
  const unlock = lockFolder(dataDir, "import");
  try {
    const manifest = await checkBackup(order.from, (done, of) => order.onProgress("bytes checked", done, of));
    refuseOther(order.loaded, manifest);
    await refuseOtherStore(order.from, manifest);
    const stamp = backupName(Date.now()).slice("nightflow-".length);
    if (!order.isReplacing && !isRestoreUnfinished(dataDir)) await refuseTaken(order, dataDir);
    const replaced = await makeRoom(dataDir, order.from, stamp);
    markRestore(dataDir, order.from);
    await copyParts(order, dataDir, manifest);
    await keepRevocations(replaced, dataDir);
    const renamed = await putStoreBack(order, dataDir, manifest, stamp);
    const restored = await restoreRelational(order, dataDir, manifest, stamp);
    unmarkRestore(dataDir);
    const setAside = [...(replaced === null ? [] : [replaced]), ...renamed, ...restored.setAside];
    return { manifest, setAside, missing: restored.missing };
  } finally {
    unlock();
  }
}

// The broker reads them at its next start and revokes again in the database what the backup does not know of.
async function keepRevocations(replaced: string | null, dataDir: string): Promise<void> {
  if (replaced === null) return;
  const [old, kept] = [replaced, dataDir].map((folder) => join(pkiFolder(folder), REVOCATIONS));
  if (!existsSync(old ?? "")) return;
  await mkdir(pkiFolder(dataDir), { recursive: true, mode: 0o700 });
  await copyFile(old ?? "", kept ?? "");
}

async function refuseTaken(order: RestoreOrder, dataDir: string): Promise<void> {
  const { loaded, from, logger, operatorTokenFile } = order;
  await refuseFilled(dataDir, from);
  await refuseTakenDatabase(logger);
  if (loaded.config.store !== "influxdb") return;
  const place = influxPlaceOf(loaded, operatorTokenFile, join(from, "keys"));
  for (const { name } of bucketsOf(loaded))
    if (await holdsPoints(place, name))
      throw new RestoreTargetError(`the bucket ${name} of ${place.org} is not empty`, {
        remedy: "name another bucket, or add --replace: it is then renamed, nothing is deleted",
      });
}

function refuseOther({ config }: LoadedConfig, { store, site }: BackupManifest): void {
  const faults = [
    ...(config.store === store.kind
      ? []
      : [`its readings rest in ${store.kind}, and the configuration says store: ${config.store}`]),
    ...(config.site === site ? [] : [`it is of site ${site}, and the configuration says site: ${config.site}`]),
  ];
  if (faults.length > 0)
    throw new BackupUnusableError(`the backup does not fit the configuration: ${faults.join("; ")}`, {
      remedy: "take the configuration of its time, config/nightflow.yaml in the backup, and set dataDir in it",
    });
}

async function refuseOtherStore(from: string, { store, installation }: BackupManifest): Promise<void> {
  if (store.kind !== "duckdb") return;
  const facts = await storeFileFacts(join(from, store.file));
  if (facts.installation === installation && facts.lastCommit === store.lastCommit) return;
  throw new BackupUnusableError(
    `the parts of ${from} do not belong together: its store is of installation ${facts.installation} and ends with commit ${facts.lastCommit}, its manifest says ${installation} and ${store.lastCommit}`,
    { remedy: "restore another backup; this one was put together from several" },
  );
}

async function copyParts({ from, onProgress }: RestoreOrder, dataDir: string, manifest: BackupManifest): Promise<void> {
  const wanted = manifest.parts.flatMap((part) => {
    const path = placeOf(part, manifest);
    return path === undefined ? [] : [{ part, path }];
  });
  const total = wanted.reduce((sum, { part }) => sum + part.bytes, 0);
  let done = 0;
  for (const { part, path } of wanted)
    await writePart(dataDir, path, { file: join(from, part.path), bytes: part.bytes }, (more) => {
      done += more;
      onProgress("bytes copied", done, total);
    });
}

/** Where a part lies in the data folder; undefined for those that go elsewhere. */
function placeOf({ path }: BackupPart, { store }: BackupManifest): string | undefined {
  if (store.kind === "duckdb" && path === store.file) return STORE_PART;
  if (path.startsWith("files/")) return path;
  return path.startsWith("keys/") ? path.slice("keys/".length) : undefined;
}

async function putStoreBack(
  order: RestoreOrder,
  dataDir: string,
  manifest: BackupManifest,
  stamp: string,
): Promise<string[]> {
  const { store } = manifest;
  if (store.kind === "influxdb") return await restoreBuckets(order, store.buckets, stamp);
  await settleStore(order, dataDir, manifest);
  return [];
}

type Buckets = Extract<BackupManifest["store"], { kind: "influxdb" }>["buckets"];

async function restoreBuckets(order: RestoreOrder, buckets: Buckets, stamp: string): Promise<string[]> {
  const { loaded, operatorTokenFile, from, onProgress } = order;
  const place = influxPlaceOf(loaded, operatorTokenFile);
  const renamed: string[] = [];
  for (const { role, name } of bucketsOf(loaded)) {
    const bucket = buckets.find((one) => one.role === role);
    if (bucket === undefined) continue;
    const old = await freeBucketName(place, name, stamp);
    if (old !== null) renamed.push(`bucket ${old}`);
    await putBucketBack(place, from, bucket, name, (done, of) => onProgress("shards of InfluxDB restored", done, of));
  }
  return renamed;
}

/**
 * Brings the store file to this program's format and its consumers back to where they stand in the database: a consumer
 * that had gone on between the two copies reads that stretch again, and the feed keeps it for that.
 */
async function settleStore({ loaded, logger }: RestoreOrder, dataDir: string, manifest: BackupManifest): Promise<void> {
  const path = join(dataDir, STORE_PART);
  const { cursors } = await storeFileFacts(path);
  const store = await openDuckDbStore({ ...duckDbOptions(loaded.config, path), clock: realClock, logger });
  try {
    for (const [name, cursor] of Object.entries(cursors))
      await store.saveCursor(name, Math.min(cursor, manifest.cursors[name] ?? 0));
  } finally {
    await store.close();
  }
}

async function restoreRelational(
  { from, logger, onProgress }: RestoreOrder,
  dataDir: string,
  manifest: BackupManifest,
  stamp: string,
): Promise<{ setAside: readonly string[]; missing: string[] }> {
  const place = await openRestorePlace(dataDir, stamp, logger);
  try {
    await fillDatabase(place.url, from, manifest, logger, (done, of) => onProgress("tables restored", done, of));
    const { facts } = await relationalFacts(place.url);
    if (facts.installation !== manifest.installation)
      throw new BackupUnusableError(
        `the parts of ${from} do not belong together: its PostgreSQL is of installation ${facts.installation}, its manifest of ${manifest.installation}`,
      );
    return {
      setAside: place.setAside,
      missing: facts.files.filter((hash) => !existsSync(join(dataDir, filePath(hash)))),
    };
  } finally {
    await place.stop();
  }
}
