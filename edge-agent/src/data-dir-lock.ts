import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DataDirBusyError } from "./errors.ts";

/**
 * Keeps a second agent off a data directory: two would write the same outbox. The mark of an agent that was killed is
 * taken over, told by its process id and, where the system shows it, that process's start.
 *
 * @throws {DataDirBusyError} when the other agent is alive.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "agent.pid");
  const own = await identityOf(process.pid);
  const held = (await readFile(path, "utf8").catch(() => "")).trim();
  const heldPid = Number.parseInt(held, 10);
  const isAlive = heldPid > 0 && heldPid !== process.pid && held === (await identityOf(heldPid));
  if (isAlive)
    throw new DataDirBusyError(`an agent with process id ${heldPid} already works on ${dataDir}`, {
      remedy: "stop it, or give this agent another dataDir",
    });
  // On a full disk the mark cannot be written. What is held must be sent all the same, for nothing else makes room.
  await writeFile(path, `${own}\n`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOSPC") throw error;
  });
  return () => rm(path, { force: true });
}

/** Process id and start time: a process id alone is used again after a restart of the machine. */
async function identityOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat !== undefined) return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  return isRunning(pid) ? `${pid}` : "";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
