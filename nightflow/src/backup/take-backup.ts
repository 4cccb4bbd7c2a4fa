import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  BACKUP_FORMAT,
  type BackupManifest,
  type BackupPart,
  BackupUnusableError,
  type CopiedBucket,
  copyBucket,
  dumpDatabase,
  loadMigrations,
  RELATIONAL_FOLDER,
  type RelationalDump,
  type RelationalFacts,
  relationalFacts,
  relationalPath,
  writePart,
} from "@nightflow/storage";
import type { Logger } from "pino";
import manifest from "../../package.json" with { type: "json" };
import { holderOf, lockFolder, requireFree } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig } from "../config/load.ts";
import { externalUrl, withDatabaseUrl } from "../database-place.ts";
import { type BackupDraft, beginBackup, keepNewest } from "./backup-folder.ts";
import { copyHeldStore, holdStoreOf, STORE_PART, type StoreHold } from "./copy-store.ts";
import { isHoldOffered } from "./hold-store.ts";
import { bucketsOf, influxPlaceOf } from "./influx-place.ts";
import { keyFiles } from "./kept-keys.ts";

/** What is to be backed up, and where to. */
export interface BackupOrder {
  readonly loaded: LoadedConfig;
  readonly to: string;
  /** How many backups of this installation stay below `to`; undefined keeps all. */
  readonly keep?: number;
  readonly isWithSecrets: boolean;
  /** Token of InfluxDB that may read and make buckets. */
  readonly operatorTokenFile?: string;
  readonly logger: Logger;
  /** Told of what is being copied now, and how far that is. */
  readonly onProgress: (what: string, done: number, total: number) => void;
  /** Told of the folder that is being written, which goes when this ends early. */
  readonly onBegun?: (draft: BackupDraft) => void;
}

/** What came of it. */
export interface BackupReport {
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly bytes: number;
  /** Names of older backups that went for it. */
  readonly removed: readonly string[];
  /** Hashes of files that rows refer to and that were missing or damaged before this backup. */
  readonly unreadable: readonly string[];
}

/**
 * Takes both stores, the files and the keys as one set, whether or not `up` runs. The database is dumped first, as of
 * one instant: no consumer in it has read further than the time-series store, which is copied after it.
 *
 * @throws {BackupUnusableError} when the stores do not belong together. @throws {DataFolderBusyError} during an import.
 */
export async function takeBackup(order: BackupOrder): Promise<BackupReport> {
  const dataDir = dataDirOf(order.loaded);
  const isUpRunning = runsUp(dataDir);
  const unlock = isUpRunning || isElsewhere(order.loaded) ? () => undefined : lockFolder(dataDir, "import");
  try {
    return await withDatabaseUrl(order.loaded, order.logger, (url) => backUp(order, dataDir, isUpRunning, url));
  } finally {
    unlock();
  }
}

function runsUp(dataDir: string): boolean {
  const isUp = holderOf(dataDir, "up")?.work === "up";
  if (!isUp) requireFree(dataDir, "import");
  return isUp;
}

// Rooms that run alone share servers of their own; what is local is files that never change.
function isElsewhere({ config }: LoadedConfig): boolean {
  return config.store === "influxdb" && externalUrl() !== undefined;
}

async function backUp(order: BackupOrder, dataDir: string, isUpRunning: boolean, url: string): Promise<BackupReport> {
  const startedMs = Date.now();
  const { installation } = await factsOfThisSchema(url);
  const draft = await beginBackup(order.to, startedMs);
  order.onBegun?.(draft);
  try {
    const source = { order, dataDir, url, isUpRunning, installation, draft, parts: [] as BackupPart[] };
    const set = await copySet(source);
    const whole: BackupManifest = {
      format: BACKUP_FORMAT,
      program: manifest.version,
      startedAt: new Date(startedMs).toISOString(),
      endedAt: new Date().toISOString(),
      installation,
      site: order.loaded.config.site,
      ...set.contents,
      parts: source.parts,
    };
    const folder = await draft.seal(whole);
    const removed = order.keep === undefined ? [] : await keepNewest(order.to, order.keep, installation);
    const bytes = source.parts.reduce((sum, part) => sum + part.bytes, 0);
    return { folder, manifest: whole, bytes, removed, unreadable: set.unreadable };
  } catch (error) {
    await draft.drop();
    throw error;
  }
}

async function factsOfThisSchema(url: string): Promise<RelationalFacts> {
  const known = (await loadMigrations()).length;
  const { schema, facts } = await relationalFacts(url);
  if (schema === known) return facts;
  throw new BackupUnusableError(`PostgreSQL has schema ${schema}, and this program is of schema ${known}`, {
    remedy: "make the backup with the program that runs, or start nightflow up of this one first",
  });
}

interface Source {
  readonly order: BackupOrder;
  readonly dataDir: string;
  readonly url: string;
  readonly isUpRunning: boolean;
  readonly installation: string;
  readonly draft: BackupDraft;
  /** Added to as they are written. */
  readonly parts: BackupPart[];
}

type Contents = Pick<BackupManifest, "store" | "relational" | "cursors">;

async function copySet(source: Source): Promise<{ contents: Contents; unreadable: string[] }> {
  const { store } = source.order.loaded.config;
  const { contents, facts } = store === "duckdb" ? await copyStores(source) : await copyWithInflux(source);
  const unreadable = await copyFiles(source, facts.files);
  await copyLocal(source);
  return { contents, unreadable };
}

async function copyStores(source: Source): Promise<{ contents: Contents; facts: RelationalFacts }> {
  const { order, dataDir, isUpRunning, installation, draft, parts } = source;
  if (isUpRunning && !isHoldOffered(dataDir))
    throw new BackupUnusableError("nightflow up has not opened its store yet", {
      remedy: "wait until it is ready, then run nightflow backup again",
    });
  const hold: StoreHold = await holdStoreOf(order.loaded, dataDir, isUpRunning, installation, order.logger);
  try {
    const { relational, facts } = await copyDatabase(source);
    let done = 0;
    const copied = await copyHeldStore(hold, draft.folder, installation, (more, of) => {
      done += more;
      order.onProgress("bytes of readings copied", done, of);
    });
    parts.push(copied.part);
    const { format, lastCommit, readings } = copied.facts;
    const store = { kind: "duckdb", format, file: STORE_PART, lastCommit, readings } as const;
    return { contents: { store, relational, cursors: facts.cursors }, facts };
  } finally {
    hold.release();
  }
}

// What PostgreSQL calls stored is in InfluxDB before it says so; points that come meanwhile do no harm.
async function copyWithInflux(source: Source): Promise<{ contents: Contents; facts: RelationalFacts }> {
  const { order, draft, parts } = source;
  const { relational, facts } = await copyDatabase(source);
  const place = influxPlaceOf(order.loaded, order.operatorTokenFile);
  const buckets: CopiedBucket[] = [];
  const onShard = (done: number, of: number) => order.onProgress("shards of InfluxDB copied", done, of);
  for (const bucket of bucketsOf(order.loaded))
    buckets.push(await copyBucket(place, bucket, draft.folder, parts, onShard));
  const store = { kind: "influxdb", buckets, lastCommit: facts.lastCommit } as const;
  return { contents: { store, relational, cursors: facts.cursors }, facts };
}

async function copyDatabase({ url, draft, parts, order }: Source): Promise<{
  relational: RelationalDump;
  facts: RelationalFacts;
}> {
  const onTable = (_: string, done: number, of: number) => order.onProgress("tables copied", done, of);
  const { facts, ...relational } = await dumpDatabase(url, join(draft.folder, RELATIONAL_FOLDER), onTable);
  for (const { file, sha256, bytes } of relational.tables) parts.push({ path: relationalPath(file), bytes, sha256 });
  return { relational, facts };
}

async function copyFiles({ dataDir, draft, parts, order }: Source, hashes: readonly string[]): Promise<string[]> {
  const unreadable: string[] = [];
  for (const [at, hash] of hashes.entries()) {
    const path = filePath(hash);
    const source = join(dataDir, path);
    const part = existsSync(source) ? await writePart(draft.folder, path, { file: source }) : undefined;
    if (part !== undefined) parts.push(part);
    if (part?.sha256 !== hash) unreadable.push(hash);
    order.onProgress("files copied", at + 1, hashes.length);
  }
  return unreadable;
}

/** Where a file of this hash lies, in the data folder and in a backup. */
export function filePath(hash: string): string {
  return `files/${hash.slice(0, 2)}/${hash}`;
}

async function copyLocal({ dataDir, draft, parts, order }: Source): Promise<void> {
  const { path } = order.loaded;
  if (path !== null) parts.push(await writePart(draft.folder, "config/nightflow.yaml", { file: path }));
  if (!order.isWithSecrets) return;
  for (const file of await keyFiles(dataDir)) {
    const part = await writePart(draft.folder, `keys/${file}`, { file: join(dataDir, file) });
    parts.push({ ...part, isSecret: true });
  }
}
