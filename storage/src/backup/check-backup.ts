import { STORE_MIGRATIONS } from "../readings/duckdb/migrations.ts";
import { loadMigrations } from "../relational/migrate.ts";
import { BackupDamagedError, BackupUnusableError } from "./backup-errors.ts";
import { type BackupManifest, type BackupPart, readManifest } from "./manifest.ts";
import { faultOfPart } from "./part-file.ts";

const MOST_NAMED = 10;

/** Told of bytes that were looked at, and how many there are. */
export type OnProgress = (done: number, total: number) => void;

/**
 * Reads every byte of a backup and compares it with what was written; gives its manifest.
 *
 * @throws {BackupDamagedError} naming the files that are missing or changed. @throws {BackupUnusableError} when its parts
 * do not belong together or a newer program wrote it.
 */
export async function checkBackup(folder: string, onProgress: OnProgress = () => undefined): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  await refuseNewerStores(manifest, folder);
  refuseIncoherent(manifest, folder);
  const total = manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const faults: string[] = [];
  for (const part of manifest.parts) {
    const fault = await faultOfPart(folder, part, (bytes) => {
      done += bytes;
      onProgress(done, total);
    });
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new BackupDamagedError(`${folder} is damaged: ${listOf(faults)}`);
  return manifest;
}

async function refuseNewerStores({ program, relational, store }: BackupManifest, folder: string): Promise<void> {
  const faults: string[] = [];
  const schema = (await loadMigrations()).length;
  const format = STORE_MIGRATIONS.at(-1)?.no ?? 0;
  if (relational.schema > schema)
    faults.push(`its PostgreSQL has schema ${relational.schema}, this program knows up to ${schema}`);
  if (store.kind === "duckdb" && store.format > format)
    faults.push(`its store file has format ${store.format}, this program knows up to ${format}`);
  if (faults.length === 0) return;
  throw new BackupUnusableError(`${folder} was written by Nightflow ${program}: ${faults.join("; ")}`, {
    remedy: "restore with the program that wrote it, or a newer one",
  });
}

/** What a manifest says must fit together before a single file is read. */
function refuseIncoherent(manifest: BackupManifest, folder: string): void {
  const { cursors, store, relational } = manifest;
  const parts = new Map(manifest.parts.map((part) => [part.path, part]));
  const faults = [
    ...Object.entries(cursors)
      .filter(([, cursor]) => cursor > store.lastCommit)
      .map(([name, cursor]) => `${name} has read to commit ${cursor} and the store ends with ${store.lastCommit}`),
    ...wantedParts(manifest)
      .filter((path) => !parts.has(path))
      .map((path) => `${path} is not among its parts`),
    ...relational.tables.flatMap((table) => faultOfTable(table, parts)),
  ];
  if (faults.length > 0)
    throw new BackupUnusableError(`the parts of ${folder} do not belong together: ${listOf(faults)}`);
}

function faultOfTable(
  { file, sha256 }: BackupManifest["relational"]["tables"][number],
  parts: ReadonlyMap<string, BackupPart>,
): string[] {
  const part = parts.get(relationalPath(file));
  return part === undefined || part.sha256 === sha256 ? [] : [`${part.path} is of another dump`];
}

function wantedParts({ store, relational }: BackupManifest): string[] {
  const ofStore =
    store.kind === "duckdb"
      ? [store.file]
      : store.buckets.flatMap(({ manifest, shards }) => [manifest, ...shards.map(({ file }) => file)]);
  return [...ofStore, ...relational.tables.map(({ file }) => relationalPath(file))];
}

/** Folder of the relational database's tables within a backup. */
export const RELATIONAL_FOLDER = "relational";

/** Where a table's file lies within a backup. */
export function relationalPath(file: string): string {
  return `${RELATIONAL_FOLDER}/${file}`;
}

function listOf(faults: readonly string[]): string {
  const more = faults.length - MOST_NAMED;
  return faults.slice(0, MOST_NAMED).join("; ") + (more > 0 ? `; and ${more} more` : "");
}
