import { type ChildProcess, fork } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NightflowError } from "@nightflow/domain";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A command that was to go on has ended. */
export class ChildEndedError extends NightflowError {
  readonly code = "CHILD_ENDED";
  readonly retriable = false;

  constructor(name: string, exitCode: number | null, logFile: string) {
    super(`${name} ${exitCode === null ? "was killed" : `ended with ${exitCode}`}`, { remedy: `see ${logFile}` });
  }
}

/** A `nightflow` command that runs as a child process, its output in a log file. */
export class Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly logFile: string;
  readonly exited: Promise<number | null>;
  #isStopping = false;

  constructor(
    name: string,
    args: readonly string[],
    options: { readonly logFolder: string; readonly env?: NodeJS.ProcessEnv },
  ) {
    this.name = name;
    this.logFile = join(options.logFolder, `${name}.log`);
    mkdirSync(dirname(this.logFile), { recursive: true });
    const log = createWriteStream(this.logFile, { flags: "a" });
    // A group of its own: Ctrl-C reaches the parent alone, which then stops its children in order.
    this.process = fork(MAIN, args, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
      env: { ...process.env, ...options.env },
    });
    this.process.stdout?.pipe(log, { end: false });
    this.process.stderr?.pipe(log, { end: false });
    this.exited = new Promise((resolve) => this.process.once("exit", resolve));
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** What the command said when it was ready. @throws {Error} when it ended before that; its log says why. */
  ready<Message extends { readonly type: "ready" }>(): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.process.on("message", (message: { type?: string }) => {
        if (message.type === "ready") resolve(message as Message);
      });
      void this.exited.then((code) => reject(new ChildEndedError(this.name, code, this.logFile)));
    });
  }

  /** Calls back when the command ends without having been told to. */
  onUnexpectedExit(callback: (code: number | null) => void): void {
    void this.exited.then((code) => {
      if (!this.#isStopping) callback(code);
    });
  }

  /** Asks it to end, waits, and ends it by force after `deadlineMs`. */
  async stop(deadlineMs = 30_000): Promise<void> {
    this.#isStopping = true;
    this.process.kill("SIGTERM");
    const deadline = setTimeout(() => this.process.kill("SIGKILL"), deadlineMs);
    await this.exited;
    clearTimeout(deadline);
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.process.kill("SIGKILL");
    await this.exited;
  }
}
