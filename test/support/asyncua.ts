import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "@nightflow/storage/testing";
import { findPython } from "./peers.ts";

const SCRIPT = join(import.meta.dirname, "asyncua_server.py");

/** An OPC UA server of asyncua on one port and one folder, however often it is started. */
export class TestAsyncua {
  readonly port: number;
  readonly folder: string;
  readonly #python: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, python: string) {
    this.port = port;
    this.folder = folder;
    this.#python = python;
  }

  /** Makes one; it does not run yet. */
  static async make(): Promise<TestAsyncua> {
    const python = findPython("asyncua");
    if (python === undefined) throw new Error("there is no asyncua; ask findPython first");
    return new TestAsyncua(await freePort(), mkdtempSync(join(tmpdir(), "nightflow-asyncua-")), python);
  }

  get url(): string {
    return `opc.tcp://127.0.0.1:${this.port}/`;
  }

  /** Starts it; its history goes back so many seconds. */
  async start(historyS: number): Promise<void> {
    const child = spawn(this.#python, [SCRIPT, String(this.port), this.folder, String(historyS)], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    const ended = once(child, "exit").then(() => {
      throw new Error("asyncua ended before it was ready");
    });
    await Promise.race([untilReady(child), ended]);
    ended.catch(() => undefined);
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) return;
  for await (const line of createInterface({ input: child.stdout })) if (line === "READY") return;
}
