import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "../relational-errors.ts";
import { programOf } from "./binaries.ts";
import type { Place } from "./place.ts";
import type { RunAs } from "./run-as.ts";

const run = promisify(execFile);

/** The superuser of an embedded server. */
export const SUPERUSER = "nightflow";

/** The data folder of the server in `place`. */
export function clusterOf(place: Pick<Place, "folder">): string {
  return path.join(place.folder, "cluster");
}

/** The superuser's password: made at random at the first start, kept in `dataDir/superuser-password` (0600). */
export async function ensurePassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, "superuser-password");
  const kept = await readFile(file, "utf8").catch(() => "");
  if (kept.trim() !== "") return kept.trim();
  const password = randomBytes(24).toString("base64url");
  const handle = await open(file, "w", 0o600);
  await handle.writeFile(`${password}\n`);
  await handle.sync();
  await handle.close();
  return password;
}

/** The environment of PostgreSQL's programs: ours without the variables that would change what they do. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

/**
 * Makes the cluster when there is none. It is made beside its place and moved there when complete, so that a start that
 * is killed leaves no half of one.
 */
export async function ensureCluster(place: Place, password: string, isDurable: boolean): Promise<void> {
  const cluster = clusterOf(place);
  if (await isCluster(cluster)) return;
  await removeDrafts(place.folder);
  const draft = path.join(place.folder, `draft-${randomBytes(6).toString("hex")}`);
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = path.join(draft, "password");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(place.runAs, draft, passwordFile);
  await initialise(place, path.join(draft, "cluster"), passwordFile, isDurable);
  await rename(path.join(draft, "cluster"), cluster);
  await rm(draft, { recursive: true, force: true });
}

async function isCluster(cluster: string): Promise<boolean> {
  return stat(path.join(cluster, "PG_VERSION")).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw new EmbeddedPostgresError(`cannot read ${cluster}`, {
        cause: error,
        remedy: "start as the user that made this data folder",
      });
    },
  );
}

async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith("draft-")) await rm(path.join(folder, name), { recursive: true, force: true });
}

async function giveTo(runAs: RunAs, ...paths: string[]): Promise<void> {
  if (runAs !== undefined) for (const one of paths) await chown(one, runAs.uid, runAs.gid);
}

// The builtin C.UTF-8 provider sorts alike on every machine; indexes survive a move and an update of the system.
async function initialise(place: Place, cluster: string, passwordFile: string, isDurable: boolean): Promise<void> {
  const args = [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(isDurable ? [] : ["--no-sync"]),
  ];
  const options = { cwd: place.folder, env: postgresEnvironment(), ...place.runAs };
  await run(programOf(place.binaries, "initdb"), args, options).catch((cause: { stderr?: string }) => {
    throw new EmbeddedPostgresError(`PostgreSQL's data folder could not be made: ${cause.stderr?.trim()}`, { cause });
  });
}
