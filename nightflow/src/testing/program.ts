import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** `nightflow …` as a user starts it: in a folder of its own, told to stop by a signal. */
export class Program {
  output = "";
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  constructor(folder: string, args: readonly string[]) {
    const { DATABASE_URL: _, ...env } = process.env;
    this.#process = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#exited = once(this.#process, "exit");
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (bytes: Buffer) => {
        this.output += bytes.toString("utf8");
      });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Exit code, once it has ended. */
  async ended(): Promise<number | null> {
    const [code] = await this.#exited;
    return code as number | null;
  }

  /** Waits until it has written `text`. @throws {Error} with its output when it ends before. */
  async writes(text: string): Promise<void> {
    const written = new Promise<void>((resolve) => {
      const look = () => {
        if (this.output.includes(text)) resolve();
      };
      look();
      for (const stream of [this.#process.stdout, this.#process.stderr]) stream?.on("data", look);
    });
    const early = this.#exited.then(([code]) => {
      if (!this.output.includes(text)) throw new Error(`it ended with ${code} before "${text}":\n${this.output}`);
    });
    await Promise.race([written, early]);
  }

  /** Ctrl-C, and the end. */
  async stop(): Promise<number | null> {
    this.#process.kill("SIGINT");
    return await this.ended();
  }

  /** As a power cut would; for the end of a test that failed. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
