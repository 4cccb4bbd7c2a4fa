import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findPeer } from "@nightflow/storage/testing";
import { eventually } from "./eventually.ts";

const PYMODBUS = join(import.meta.dirname, "pymodbus_server.py");
const LIBMODBUS = join(import.meta.dirname, "libmodbus_server.c");

/** Something that a test has started. */
export interface Started {
  close(): Promise<void>;
}

/** mbpoll, the Modbus master of Debian: `NIGHTFLOW_MBPOLL`, else on the PATH. Says so when there is none. */
export function findMbpoll(): string | undefined {
  return findPeer("mbpoll", "NIGHTFLOW_MBPOLL", ["mbpoll"]);
}

/** socat, which makes pairs of serial ports: `NIGHTFLOW_SOCAT`, else on the PATH. Says so when there is none. */
export function findSocat(): string | undefined {
  return findPeer("socat", "NIGHTFLOW_SOCAT", ["socat"]);
}

/** A C compiler that finds libmodbus: `NIGHTFLOW_CC`, else `cc` on the PATH. Says so when there is none. */
export function findLibmodbusCompiler(): string | undefined {
  const finds = (path: string) =>
    spawnSync(path, ["-E", "-I/usr/include/modbus", "-"], { input: "#include <modbus.h>\n", stdio: "pipe" }).status ===
    0;
  return findPeer("a C compiler with libmodbus-dev", "NIGHTFLOW_CC", ["cc"], finds);
}

/** A server of pymodbus on a port of 127.0.0.1. */
export function startPymodbus(python: string, port: number, framer: "socket" | "rtu" | "ascii"): Promise<Started> {
  return listening(python, [PYMODBUS, String(port), framer]);
}

/** A server of libmodbus, compiled for this test, on a port (`tcp`) or a serial port (`rtu`). */
export async function startLibmodbus(compiler: string, how: "tcp" | "rtu", where: string): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), "nightflow-libmodbus-"));
  const program = join(folder, "server");
  const made = spawnSync(compiler, ["-I/usr/include/modbus", "-o", program, LIBMODBUS, "-lmodbus"], { stdio: "pipe" });
  if (made.status !== 0) throw new Error(`the libmodbus server does not compile: ${made.stderr}`);
  const server = await listening(program, [how, where]);
  return {
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Two serial ports with a cable between them, or one whose cable ends at a TCP port. */
export async function startCable(
  socat: string,
  tcpPort?: number,
): Promise<Started & { readonly ends: [string, string] }> {
  const folder = mkdtempSync(join(tmpdir(), "nightflow-cable-"));
  const ends: [string, string] = [join(folder, "a"), join(folder, "b")];
  const pty = (path: string) => `pty,raw,echo=0,link=${path}`;
  const child = spawn(socat, [pty(ends[0]), tcpPort === undefined ? pty(ends[1]) : `tcp:127.0.0.1:${tcpPort}`]);
  const waited = tcpPort === undefined ? ends : [ends[0]];
  await eventually("the serial ports are there", () => waited.every((end) => existsSync(end)) || undefined);
  const close = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { ends, close };
}

async function listening(program: string, args: readonly string[]): Promise<Started> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", () => resolve());
  });
  return { close: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
