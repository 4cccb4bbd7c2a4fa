import { createHash, randomUUID } from "node:crypto";
import { chmod, chown, cp, lstat, mkdir, readdir, readlink, rename, rm, rmdir, stat, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { EmbeddedPostgresError } from "../relational-errors.ts";
import { type PostgresBinaries, programOf } from "./binaries.ts";
import { stopOrphan } from "./orphan.ts";
import { canEnter, canRun, findRunAs, type RunAs } from "./run-as.ts";

/** Where a server lives: programs and folder, both reachable for the user that it runs under. */
export interface Place {
  readonly binaries: PostgresBinaries;
  /** Owned by that user; holds `cluster`. */
  readonly folder: string;
  readonly runAs: RunAs;
}

/**
 * Finds or makes the place of the server of `dataDir`. Usually that is `dataDir/server`. As root, PostgreSQL's user may
 * not be able to enter `dataDir` (a 0700 folder above it): then `dataDir/server` is a link to a folder that it can enter,
 * and programs that it cannot run are copied to such a folder too.
 */
export async function findPlace(dataDir: string, shipped: PostgresBinaries): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const runAs = await findRunAs();
  const folder = await ensureFolder(dataDir, runAs);
  const owner = runAs === undefined ? undefined : await ownerOf(folder);
  return { binaries: await reachableBinaries(shipped, dataDir, owner), folder, runAs: owner };
}

/** The folder that `findPlace` would use for data outside `dataDir`. */
export async function outsideFolder(dataDir: string, runAs: RunAs): Promise<string> {
  const name = createHash("sha256").update(path.resolve(dataDir)).digest("hex").slice(0, 16);
  return path.join(await outsideRoot(dataDir, runAs), `nightflow-${name}`);
}

// What belongs to a temporary folder stays among the temporary files, so that it goes when they go.
async function outsideRoot(dataDir: string, runAs: RunAs): Promise<string> {
  const temporary = os.tmpdir();
  const isTemporary = path.resolve(dataDir).startsWith(temporary + path.sep);
  return isTemporary && (await canEnter(temporary, runAs)) ? temporary : "/var/lib";
}

async function ensureFolder(dataDir: string, runAs: RunAs): Promise<string> {
  const folder = path.join(dataDir, "server");
  const link = await readlink(folder).catch(() => undefined);
  if (link !== undefined) return ensureOwned(link, runAs);
  await ensureOwned(folder, runAs);
  if (runAs === undefined || (await canEnter(folder, await ownerOf(folder)))) return folder;
  return moveOutside(folder, await outsideFolder(dataDir, runAs), runAs);
}

async function moveOutside(folder: string, outside: string, runAs: RunAs): Promise<string> {
  await rmdir(folder).catch(() => undefined);
  const left = await lstat(path.join(folder, "cluster")).catch(() => undefined);
  if (left !== undefined)
    throw new EmbeddedPostgresError(`PostgreSQL's user cannot enter ${folder} any more`, {
      remedy: "let others pass through the folders above it (chmod o+x), or start as the user that owns it",
    });
  await setAside(outside);
  await ensureOwned(outside, runAs);
  await rm(folder, { recursive: true, force: true });
  await symlink(outside, folder);
  return outside;
}

// A folder without a link to it belonged to a data folder of this path that was emptied since. One such folder is kept.
async function setAside(outside: string): Promise<void> {
  const isThere = (await lstat(outside).catch(() => undefined)) !== undefined;
  if (!isThere) return;
  await stopOrphan(path.join(outside, "cluster"));
  await rm(`${outside}.old`, { recursive: true, force: true });
  await rename(outside, `${outside}.old`);
}

async function ensureOwned(folder: string, runAs: RunAs): Promise<string> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (runAs === undefined) return folder;
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new EmbeddedPostgresError(`${folder} is not a folder`);
  if (made !== undefined || found.uid === 0) await chown(folder, runAs.uid, runAs.gid);
  return folder;
}

// Data made by another user than `postgres` goes on under its owner.
async function ownerOf(folder: string): Promise<RunAs> {
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}

async function reachableBinaries(shipped: PostgresBinaries, dataDir: string, runAs: RunAs): Promise<PostgresBinaries> {
  if (await canRun(programOf(shipped, "postgres"), runAs)) return shipped;
  const root = await outsideRoot(dataDir, runAs);
  const name = `nightflow-postgres-${shipped.version}-${process.arch}`;
  const copy = { ...shipped, folder: path.join(root, name) };
  if (!(await isOurs(copy.folder))) await copyPrograms(shipped.folder, copy.folder);
  if (await canRun(programOf(copy, "postgres"), runAs)) return copy;
  throw new EmbeddedPostgresError(`PostgreSQL's programs do not run, neither from ${shipped.folder} nor as a copy`, {
    remedy: "start `postgres --version` in that folder's bin by hand to see why, or use DATABASE_URL",
  });
}

// Root runs what it finds here under another user; a folder that somebody else put there is not used.
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

async function copyPrograms(from: string, to: string): Promise<void> {
  const draft = `${to}.${randomUUID()}`;
  await cp(from, draft, { recursive: true, verbatimSymlinks: true, filter: (source) => !source.endsWith(".a") });
  await openToAll(draft);
  await rename(draft, to).catch(async (error: unknown) => {
    // Another process may have been faster; then its copy is as good.
    await rm(draft, { recursive: true, force: true });
    if (!(await isOurs(to))) throw error;
  });
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (!entry.isSymbolicLink()) {
      const isProgram = entry.isDirectory() || entry.parentPath.endsWith("bin");
      await chmod(path.join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
    }
}
