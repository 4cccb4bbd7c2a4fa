import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@nightflow/storage";
import { afterEach, describe, expect, it } from "vitest";
import { NIGHTFLOW_MAIN } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { descendantsOf, HAS_PROC, naming, type SeenProcess, stillRunning } from "../support/processes.ts";

const ROOMS = ["simulators", "up", "agent"];

/** A demo of its own folder, which nobody but this user may enter. */
class Demo {
  readonly folder = mkdtempSync(join(tmpdir(), "nightflow-demo-"));
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  printed = "";

  constructor() {
    chmodSync(this.folder, 0o700);
    const args = [NIGHTFLOW_MAIN, "demo", "--data", join(this.folder, "data")];
    // A group of its own, as in a terminal: Ctrl-C is sent to the group, not to one process.
    this.process = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    this.process.stderr?.on("data", (bytes: Buffer) => {
      this.printed += bytes;
    });
    this.exited = once(this.process, "exit");
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** What `look` sees, as soon as it sees it. @throws {Error} with what the demo printed when it ends before that. */
  async shows<Value>(what: string, look: () => Value | undefined): Promise<Value> {
    const ended = this.exited.then(() => {
      throw new Error(`the demo ended before it showed ${what}:\n${this.printed.slice(-2000)}`);
    });
    return await Promise.race([eventually(what, look, 240_000), ended]);
  }

  /** Waits until the town lives, and gives every process that belongs to it. */
  async living(): Promise<SeenProcess[]> {
    await this.shows("its welcome", () => (this.printed.includes("sign in as") ? true : undefined));
    const seen = descendantsOf(this.pid);
    for (const room of ROOMS) expect(seen.filter(({ command }) => command.includes(`main.ts ${room}`))).toHaveLength(1);
    expect(seen.some(({ command }) => command.includes("postgres"))).toBe(true);
    return seen;
  }

  logs(): string {
    return ROOMS.map((room) => join(this.folder, "data", "logs", `${room}.log`))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, "utf8"))
      .join("");
  }

  async remove(): Promise<void> {
    this.process.kill("SIGKILL");
    await eventually("the end of the demo's processes", () =>
      naming(this.folder).length === 0 ? true : undefined,
    ).catch(() => undefined);
    await removeEmbeddedPostgres(join(this.folder, "data", "postgres"));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.runIf(HAS_PROC)("a demo in a folder that only its user may enter", () => {
  let demo: Demo;

  afterEach(() => demo.remove());

  const nothingLeft = (seen: readonly SeenProcess[]) =>
    eventually("the end of every process", () =>
      stillRunning(seen).length === 0 && naming(demo.folder).length === 0 ? true : undefined,
    ).catch((error: unknown) => {
      const left = [...stillRunning(seen), ...naming(demo.folder)].map(({ pid, command }) => `${pid} ${command}`);
      throw new Error(`these run still:\n${left.join("\n")}`, { cause: error });
    });

  it("stops everything on Ctrl-C, in order, and leaves no process", { timeout: 480_000 }, async () => {
    demo = new Demo();
    const seen = await demo.living();
    process.kill(-demo.pid, "SIGINT");
    expect(await demo.exited).toEqual([0, null]);
    await nothingLeft(seen);
    expect(demo.logs()).not.toMatch(/"level":(50|60)/);
  });

  it("leaves no process when Ctrl-C comes while the past is still being imported", { timeout: 480_000 }, async () => {
    demo = new Demo();
    const database = () => {
      const children = descendantsOf(demo.pid);
      return children.some(({ command }) => command.includes("postgres: ")) ? children : undefined;
    };
    const seen = await demo.shows("a database for the import", database);
    process.kill(-demo.pid, "SIGINT");
    await demo.exited;
    await nothingLeft(seen);
  });

  it("leaves no orphan when it is killed", { timeout: 480_000 }, async () => {
    demo = new Demo();
    const seen = await demo.living();
    demo.process.kill("SIGKILL");
    await demo.exited;
    await nothingLeft(seen);
  });
});
