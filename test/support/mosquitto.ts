import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPeer, freePort } from "@nightflow/storage/testing";

/** Mosquitto's broker: `NIGHTFLOW_MOSQUITTO`, else on the PATH or where Debian puts it. Says so when there is none. */
export function findMosquitto(): string | undefined {
  return findPeer("Mosquitto", "NIGHTFLOW_MOSQUITTO", ["mosquitto", "../sbin/mosquitto"]);
}

/** A Mosquitto of a test: on one port and one folder however often it is killed and started again. */
export class TestMosquitto {
  readonly port: number;
  readonly folder: string;
  readonly #lines: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, lines: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#lines = lines;
  }

  /** Starts one; `lines` of configuration are given its folder, where a test may have put files. */
  static async start(lines: (folder: string) => readonly string[] = anyone): Promise<TestMosquitto> {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-mosquitto-"));
    // As root Mosquitto runs under a user of its own, who has to read its files.
    chmodSync(folder, 0o777);
    const mosquitto = new TestMosquitto(await freePort(), folder, lines(folder));
    await mosquitto.start();
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const file = join(this.folder, "mosquitto.conf");
    writeFileSync(file, `${[`listener ${this.port} 127.0.0.1`, "log_dest stderr", ...this.#lines].join("\n")}\n`);
    const child = spawn(findMosquitto() ?? "mosquitto", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    await untilRunning(child);
  }

  /** Ends it at once, as a crash would; a session or a retained message that it had not written is gone. */
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

function anyone(): readonly string[] {
  return ["allow_anonymous true", "persistence false"];
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
