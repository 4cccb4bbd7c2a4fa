import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PortBusyError } from "@nightflow/domain";
import type { Logger } from "pino";
import { EmbeddedPostgresError } from "../relational-errors.ts";
import { programOf } from "./binaries.ts";
import { clusterOf, postgresEnvironment } from "./cluster.ts";
import { stopProcess } from "./orphan.ts";
import type { Place } from "./place.ts";

/** How one server process is started. */
export interface ServerSettings {
  readonly place: Place;
  readonly host: string;
  readonly port: number;
  /** False gives up safety on power loss for speed; for tests only. */
  readonly isDurable: boolean;
  readonly maxConnections: number;
  readonly logger: Logger;
}

const READY = "database system is ready to accept connections";
const START_PATIENCE_MS = 120_000;
const LINES_KEPT = 12;

/** One running `postgres` process. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly exited: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
  }

  /** Starts the server and resolves when it takes connections. */
  static async start(settings: ServerSettings): Promise<ServerProcess> {
    const { place } = settings;
    // A session of its own: Ctrl-C in a terminal reaches the whole group, and the database must outlive those who write to it.
    const child = spawn(programOf(place.binaries, "postgres"), argumentsOf(settings), {
      cwd: place.folder,
      env: postgresEnvironment(),
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
      ...place.runAs,
    });
    const server = new ServerProcess(child);
    await server.#untilReady(settings);
    return server;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it printed last, for an error message. */
  get lastWords(): string {
    return this.#lines.join("\n");
  }

  async stop(): Promise<void> {
    if (this.#isRunning && this.#child.pid !== undefined)
      await Promise.race([stopProcess(this.#child.pid), this.exited]);
    await this.exited;
  }

  /** Asks it to stop without waiting; for the last moment of this process. */
  signalStop(): void {
    if (this.#isRunning) this.#child.kill("SIGINT");
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #untilReady(settings: ServerSettings): Promise<void> {
    const timeLimit = AbortSignal.timeout(START_PATIENCE_MS);
    const isReady = await Promise.race([
      this.#sawReady(settings.logger),
      this.exited.then(() => false),
      once(timeLimit, "abort").then(() => false),
    ]);
    if (isReady) return;
    this.#child.kill("SIGQUIT");
    throw this.#startFailure(settings);
  }

  #sawReady(logger: Logger): Promise<boolean> {
    const { stderr } = this.#child;
    if (stderr === null) return Promise.resolve(false);
    return new Promise((resolve) => {
      createInterface({ input: stderr }).on("line", (line) => {
        this.#remember(line, logger);
        if (line.includes(READY)) resolve(true);
      });
    });
  }

  #remember(line: string, logger: Logger): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    if (/ (WARNING|ERROR|FATAL|PANIC): /.test(line)) logger.warn({ postgres: line }, "message of PostgreSQL");
    else logger.debug({ postgres: line }, "message of PostgreSQL");
  }

  #startFailure({ host, port }: ServerSettings): Error {
    if (/could not bind .*Address (already )?in use/.test(this.lastWords))
      return new PortBusyError("embedded PostgreSQL", host, port);
    return new EmbeddedPostgresError(`PostgreSQL did not start:\n${this.lastWords}`);
  }
}

function argumentsOf({ place, host, port, isDurable, maxConnections }: ServerSettings): string[] {
  const settings = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: "",
    max_connections: String(maxConnections),
    logging_collector: "off",
    log_destination: "stderr",
    log_statement: "none",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
    fsync: isDurable ? "on" : "off",
    full_page_writes: isDurable ? "on" : "off",
    // Without fsync a commit still reaches the operating system, so that a killed server has it.
    synchronous_commit: "on",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", clusterOf(place), ...flags];
}
