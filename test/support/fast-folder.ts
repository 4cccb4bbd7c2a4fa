import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";

const IN_MEMORY = "/dev/shm";
/** The workers' databases, stores and logs side by side, with room to spare. */
const NEEDED_BYTES = 6 * 1024 ** 3;

/**
 * Where tests write: a file system in memory where Linux has one with room for all of them, else the system's temporary
 * folder. Tests make and remove databases of hundreds of files by the hundred, and ext4 looks for a new file's place past all
 * that were removed in the last seconds: a database takes ten times as long there. TMPDIR, where it is set, is respected.
 */
export function fastFolder(): string {
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
