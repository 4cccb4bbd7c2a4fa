import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = "/dev/shm";
/** The workers' databases, stores and logs side by side, with room to spare. */
const NEEDED_BYTES = 6 * 1024 ** 3;

/**
 * Where tests write: a file system in memory where Linux has one with room for all of them, else the system's temporary
 * folder. Tests make and remove databases of hundreds of files by the hundred, and ext4 looks for a new file's place past all
 * that were removed in the last seconds: a database takes ten times as long there. TMPDIR, where it is set, is respected.
 */
function fastFolder(): string {
  if (process.env.TMPDIR !== undefined || process.env.NIGHTFLOW_KEEP_TEST_DATA !== undefined) return tmpdir();
  return existsSync(IN_MEMORY) && mayRunPrograms() && hasRoom() ? IN_MEMORY : tmpdir();
}

// PostgreSQL's programs are copied beside the data when its user cannot enter the checkout.
function mayRunPrograms(): boolean {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const options = mounts.find((line) => line.split(" ")[1] === IN_MEMORY)?.split(" ")[3];
  return options !== undefined && !options.split(",").includes("noexec");
}

function hasRoom(): boolean {
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return Math.min(bavail * bsize, freemem()) > NEEDED_BYTES;
}

/**
 * Makes a folder for this run. What runs have left that were cut short goes first: in memory it would stay until the machine
 * starts anew.
 */
export function makeFolderOfRun(): string {
  const base = fastFolder();
  if (base === IN_MEMORY) for (const name of readdirSync(base)) if (isAbandoned(name)) removeIn(base, name);
  const folder = mkdtempSync(join(base, `nightflow-tests-${process.pid}-`));
  // PostgreSQL and Mosquitto run under users of their own where the tests run as root; they pass through.
  chmodSync(folder, 0o755);
  return folder;
}

function isAbandoned(name: string): boolean {
  const pid = /^nightflow-tests-(\d+)-/.exec(name)?.[1];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

function removeIn(base: string, name: string): void {
  rmSync(join(base, name), { recursive: true, force: true });
}
