import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { tempFolder } from "./pki.ts";

/**
 * Whether Mosquitto's broker is here: at `NIGHTFLOW_MOSQUITTO` or on the PATH. Tests that need it are left out and say so
 * when it is not; with `NIGHTFLOW_REQUIRE_ALL=1`, as in CI, that is a failure.
 */
export function hasMosquitto(): boolean {
  if (findMosquitto() !== undefined) return true;
  const message = "Mosquitto was not found: it is not on the PATH, nor where NIGHTFLOW_MOSQUITTO says";
  if (process.env.NIGHTFLOW_REQUIRE_ALL === "1") throw new Error(`${message} (NIGHTFLOW_REQUIRE_ALL=1)`);
  process.stderr.write(`\n  LEFT OUT: the tests with a bridge; ${message}\n\n`);
  return false;
}

function findMosquitto(): string | undefined {
  const { NIGHTFLOW_MOSQUITTO: named, PATH = "" } = process.env;
  if (named) return isExecutable(named) ? named : undefined;
  // Debian puts it where only root's PATH looks.
  const folders = [...PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "mosquitto")).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Mosquitto that runs. */
export interface Mosquitto {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts Mosquitto on a free port with further lines of configuration; ready when it listens. */
export async function startMosquitto(...lines: readonly string[]): Promise<Mosquitto> {
  const port = await freePort();
  const folder = await tempFolder();
  const file = join(folder, "mosquitto.conf");
  const own = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "persistence false", "log_dest stderr"];
  await writeFile(file, `${[...own, ...lines].join("\n")}\n`);
  const child = spawn(findMosquitto() ?? "mosquitto", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  await untilRunning(child);
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, "exit");
      }
      await rm(folder, { recursive: true });
    },
  };
}

async function untilRunning(child: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`mosquitto ended with ${code}: ${log}`)));
    child.stderr?.on("data", (bytes) => {
      log += String(bytes);
      if (/mosquitto version .* running/.test(log)) resolve();
    });
  });
}

// Below the ranges that systems give to outgoing connections: one of those may hold a port of 0 before we listen.
async function freePort(): Promise<number> {
  const port = 16_000 + Math.floor(Math.random() * 16_000);
  const server = createServer().listen(port, "127.0.0.1");
  const isFree = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return isFree ? port : freePort();
}
