import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataFolderBusyError } from "@nightflow/storage";

/** What holds a data folder: one at a time. */
export type FolderWork = "up" | "import" | "demo" | "simulators";

interface Holder {
  readonly pid: number;
  readonly work: string;
}

/**
 * Keeps a second program off a data folder and gives what lets go of it. The mark of a killed program is taken over.
 * `up` and `import` share one mark: both own the store.
 *
 * @throws {DataFolderBusyError} naming the program that holds the folder.
 */
export function lockFolder(folder: string, work: FolderWork): () => void {
  requireFree(folder, work);
  const file = lockFile(folder, work);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, markOf(process.pid, work));
  return () => rmSync(file, { force: true });
}

/** @throws {DataFolderBusyError} naming the program that holds the folder. */
export function requireFree(folder: string, work: FolderWork): void {
  const holder = holderOf(folder, work);
  if (holder === undefined) return;
  throw new DataFolderBusyError(
    `nightflow ${holder.work} with process id ${holder.pid} already works on ${resolve(folder)}`,
    {
      remedy: `stop that program first, or name another folder (if it is no Nightflow, remove ${lockFile(folder, work)})`,
    },
  );
}

/** The living program that holds a folder; undefined when none does, or this one. */
export function holderOf(folder: string, work: FolderWork): Holder | undefined {
  const [pidText = "", start = "", by = ""] = readOr(lockFile(folder, work), "").trim().split(" ");
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid || startOf(pid) !== start) return undefined;
  return { pid, work: by };
}

/** What stands in the mark of a process: its id, its start, its work. */
export function markOf(pid: number, work: FolderWork): string {
  return `${pid} ${startOf(pid)} ${work}\n`;
}

function lockFile(folder: string, work: FolderWork): string {
  return join(resolve(folder), `${work === "import" ? "up" : work}.lock`);
}

/** When a process began, as far as the system shows it: its number alone is used again. Empty when it is not there. */
function startOf(pid: number): string {
  const stat = readOr(`/proc/${pid}/stat`, "");
  if (stat !== "") return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return isRunning(pid) ? "running" : "";
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}
