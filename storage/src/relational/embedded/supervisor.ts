import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { EmbeddedPostgresError } from "../relational-errors.ts";
import type { ServerProcess } from "./process.ts";

/** How stubbornly a crashed server is started again. */
export interface RestartPolicy {
  /** Wait before the first restart; doubled at each further one. Unit: ms. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Failures in a row after which it gives up; Infinity for never. */
  readonly maxFailures: number;
  /** A server that ran this long ends the row of failures. Unit: ms. */
  readonly stableMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstWaitMs: 200,
  longestWaitMs: 10_000,
  maxFailures: 6,
  stableMs: 60_000,
};

/** Keeps one server running: starts it again after a crash, and says so when it gives up. */
export class Supervisor {
  readonly #launch: () => Promise<ServerProcess>;
  readonly #policy: RestartPolicy;
  readonly #logger: Logger;
  readonly #listeners: ((error: Error | undefined) => void)[] = [];
  readonly #stopping = new AbortController();
  readonly #signalStop = () => this.#server?.signalStop();
  #server: ServerProcess | undefined;
  #watch: Promise<void> | undefined;
  #end: { error: Error | undefined } | undefined;

  constructor(launch: () => Promise<ServerProcess>, policy: RestartPolicy, logger: Logger) {
    this.#launch = launch;
    this.#policy = policy;
    this.#logger = logger;
  }

  /** Starts the server for the first time; a failure here is the caller's. */
  async start(): Promise<void> {
    this.#server = await this.#launch();
    process.on("exit", this.#signalStop);
    this.#watch = this.#keepRunning(this.#server);
  }

  /** Calls `listener` once when the server is down for good: with the error, or undefined after `stop()`. */
  onExit(listener: (error: Error | undefined) => void): void {
    if (this.#end === undefined) this.#listeners.push(listener);
    else listener(this.#end.error);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server?.stop();
    await this.#watch;
  }

  async #keepRunning(first: ServerProcess): Promise<void> {
    let server: ServerProcess | undefined = first;
    let failures = 0;
    while (server !== undefined) {
      const startedAtMs = performance.now();
      await server.exited;
      if (this.#stopping.signal.aborted) return this.#finish(undefined);
      const wasStable = performance.now() - startedAtMs >= this.#policy.stableMs;
      failures = wasStable ? 1 : failures + 1;
      this.#logger.error({ failures, lastWords: server.lastWords }, "PostgreSQL ended unexpectedly");
      server = await this.#restart(failures);
    }
  }

  async #restart(earlierFailures: number): Promise<ServerProcess | undefined> {
    let reason = "it ended again and again";
    for (let failures = earlierFailures; failures < this.#policy.maxFailures; failures++) {
      await this.#backOff(failures);
      if (this.#stopping.signal.aborted) break;
      try {
        this.#server = await this.#launch();
        // stop() may have come while it started, and then knew only the server before.
        if (this.#stopping.signal.aborted) await this.#server.stop();
        else this.#logger.info({ failures }, "PostgreSQL runs again");
        return this.#server;
      } catch (error) {
        reason = describeError(error);
        this.#logger.error({ failures: failures + 1, err: error }, "PostgreSQL did not start again");
      }
    }
    this.#finish(this.#stopping.signal.aborted ? undefined : gaveUp(this.#policy.maxFailures, reason));
    return undefined;
  }

  async #backOff(failures: number): Promise<void> {
    const waitMs = Math.min(this.#policy.longestWaitMs, this.#policy.firstWaitMs * 2 ** (failures - 1));
    await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #finish(error: Error | undefined): void {
    process.off("exit", this.#signalStop);
    this.#end = { error };
    if (error !== undefined) this.#logger.fatal({ err: error }, "PostgreSQL is down for good");
    for (const listener of this.#listeners) listener(error);
  }
}

function gaveUp(failures: number, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`PostgreSQL failed ${failures} times in a row and is not started again: ${reason}`, {
    remedy: "read its messages above (disk full, memory, file rights?), cure the cause and start the program again",
  });
}
