import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const TASKS = "/proc/self/task";

/**
 * Lets the calling thread stand back behind the others of its process where processors are short: `nice` steps, 1 to 19. On
 * Linux, where a thread has a priority of its own; elsewhere nothing changes.
 */
export function standBack(nice: number): void {
  if (process.platform === "linux") setPriorityOf(0, nice);
}

/** The same for the pool of threads in which Node runs queries of DuckDB, hashes of passwords and calls of the file system. */
export function standBackPool(nice: number): void {
  if (process.platform !== "linux") return;
  for (const thread of readdirSync(TASKS)) if (nameOf(thread) === "libuv-worker") setPriorityOf(Number(thread), nice);
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`${TASKS}/${thread}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

// A container may forbid it, and a thread may have ended meanwhile: then all stay equal.
function setPriorityOf(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch {}
}
