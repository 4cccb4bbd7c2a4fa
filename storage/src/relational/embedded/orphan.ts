import { execFile } from "node:child_process";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { DataFolderBusyError, EmbeddedPostgresError } from "../relational-errors.ts";

const run = promisify(execFile);
const FAST_STOP_MS = 20_000;
const HARD_STOP_MS = 5000;

/**
 * Stops a server that outlived the program that started it, found by its `postmaster.pid`. Resolves to its process id,
 * or undefined when none runs.
 *
 * @throws {DataFolderBusyError} when the program that started it still runs.
 */
export async function stopOrphan(cluster: string, supervisorPid?: number): Promise<number | undefined> {
  const pid = await postmasterOf(cluster);
  if (pid === undefined) {
    // PostgreSQL refuses to start when the number in an old file belongs to any living process of its user.
    await rm(path.join(cluster, "postmaster.pid"), { force: true });
    return undefined;
  }
  if (supervisorPid !== undefined && (await parentOf(pid)) === supervisorPid)
    throw new DataFolderBusyError(`the program with process id ${supervisorPid} already runs on ${cluster}`, {
      remedy: "stop that program first, or give this one another dataDir",
    });
  await stopProcess(pid);
  return pid;
}

/** Asks a server to stop: at once for its clients and orderly for its data, then harder. PostgreSQL loses nothing by either. */
export async function stopProcess(pid: number): Promise<void> {
  if (await signalAndWait(pid, "SIGINT", FAST_STOP_MS)) return;
  if (await signalAndWait(pid, "SIGQUIT", HARD_STOP_MS)) return;
  throw new EmbeddedPostgresError(`PostgreSQL with process id ${pid} does not stop`, {
    remedy: "end that process by hand and start again",
  });
}

/** The process id of the server that runs on `cluster`; undefined when none does. */
export async function postmasterOf(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) && (await isServerOf(pid, cluster)) ? pid : undefined;
}

// After a reboot the number may belong to any process, so the process must be a postgres that sits in this very folder.
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  const real = await realpath(cluster).catch(() => cluster);
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (workingFolder !== undefined) return workingFolder === real;
  const command = await run("ps", ["-p", String(pid), "-o", "command="]).catch(() => ({ stdout: "" }));
  return command.stdout.includes("postgres") && (command.stdout.includes(real) || command.stdout.includes(cluster));
}

async function parentOf(pid: number): Promise<number | undefined> {
  const { stdout } = await run("ps", ["-p", String(pid), "-o", "ppid="]).catch(() => ({ stdout: "" }));
  if (stdout.trim() !== "") return Number.parseInt(stdout, 10);
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const parent = /^PPid:\s*(\d+)/m.exec(status)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

async function signalAndWait(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  if (!send(pid, signal)) return true;
  for (const endAtMs = Date.now() + patienceMs; Date.now() < endAtMs; ) {
    if (!isAlive(pid)) return true;
    await delay(20);
  }
  return false;
}

function isAlive(pid: number): boolean {
  return send(pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
