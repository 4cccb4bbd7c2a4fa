import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type BackupManifest, MANIFEST_FILE, readManifest, syncPath, writeManifest } from "@nightflow/storage";
import { UsageError } from "../commands/failure.ts";

const PARTIAL = ".partial";
const NAME = /^nightflow-\d{8}-\d{6}$/;
const ABANDONED_MS = 24 * 3_600_000;

/** A backup that is being written: it has its name only when it is whole. */
export interface BackupDraft {
  /** Where its parts are written. */
  readonly folder: string;
  /** Writes the manifest, gives the folder its name and tells it. */
  seal(manifest: BackupManifest): Promise<string>;
  /** Removes what was written. */
  drop(): Promise<void>;
}

/** `nightflow-YYYYMMDD-HHMMSS` of an instant, in UTC. */
export function backupName(atMs: number): string {
  const [day = "", time = ""] = new Date(atMs).toISOString().slice(0, 19).split("T");
  return `nightflow-${day.replaceAll("-", "")}-${time.replaceAll(":", "")}`;
}

/** Begins a backup below `to`. @throws {UsageError} when another one is being written there in the same second. */
export async function beginBackup(to: string, atMs: number): Promise<BackupDraft> {
  const root = resolve(to);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await dropAbandoned(root, atMs);
  const target = join(root, backupName(atMs));
  const folder = `${target}${PARTIAL}`;
  await mkdir(folder, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw cause;
    throw new UsageError(`${folder} is there already: another backup is being written`, { cause });
  });
  return {
    folder,
    async seal(manifest) {
      await writeManifest(folder, manifest);
      for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
        if (entry.isDirectory()) await syncPath(join(entry.parentPath, entry.name), true);
      await rename(folder, target);
      await syncPath(root, true);
      return target;
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

// What a killed backup has left behind.
async function dropAbandoned(root: string, atMs: number): Promise<void> {
  for (const name of await readdir(root)) {
    const isPartial = name.endsWith(PARTIAL) && NAME.test(name.slice(0, -PARTIAL.length));
    if (!isPartial || atMs - (await stat(join(root, name))).mtimeMs < ABANDONED_MS) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** Removes the oldest backups of this installation but `keep`; gives the names of those that went. */
export async function keepNewest(to: string, keep: number, installation: string): Promise<string[]> {
  const names = (await readdir(to)).filter((name) => NAME.test(name)).sort();
  const own: string[] = [];
  for (const name of names) if (await isOf(join(to, name), installation)) own.push(name);
  const old = own.slice(0, -keep);
  // Its manifest goes first: what is left of it when this is killed does not look whole.
  for (const name of old) {
    await rm(join(to, name, MANIFEST_FILE), { force: true });
    await rm(join(to, name), { recursive: true, force: true });
  }
  return old;
}

async function isOf(folder: string, installation: string): Promise<boolean> {
  return readManifest(folder).then(
    (manifest) => manifest.installation === installation,
    () => false,
  );
}
