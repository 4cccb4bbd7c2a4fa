import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "@nightflow/domain";
import pg from "pg";
import type { Logger } from "pino";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * LISTEN on a connection of its own, opened again whenever it is lost. Notifications sent meanwhile are gone, so a
 * reconnect calls `onNotify("")` once: the caller looks for itself what it missed.
 */
export class PgListener {
  readonly #settings: pg.ClientConfig;
  readonly #channel: string;
  readonly #onNotify: (payload: string) => void;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #client: pg.Client | undefined;
  #reconnecting: Promise<void> = Promise.resolve();

  constructor(settings: pg.ClientConfig, channel: string, onNotify: (payload: string) => void, logger: Logger) {
    this.#settings = settings;
    this.#channel = channel;
    this.#onNotify = onNotify;
    this.#logger = logger;
  }

  /** Resolves when it listens, or when the first attempt has failed and it goes on trying. */
  async start(): Promise<void> {
    await this.#connect().catch((error: unknown) => this.#lost(error));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reconnecting;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.#settings);
    client.on("notification", ({ payload }) => this.#onNotify(payload ?? ""));
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.#channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    client.once("end", () => {
      if (this.#client === client) this.#lost(new Error("connection ended"));
    });
  }

  #lost(error: unknown): void {
    this.#client = undefined;
    if (this.#stopping.signal.aborted) return;
    this.#logger.warn(
      { reason: describeError(error), channel: this.#channel },
      "notifications of PostgreSQL are cut off; trying again",
    );
    this.#reconnecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#stopping;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      await delay(waitMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#connect();
        return this.#onNotify("");
      } catch (error) {
        this.#logger.debug({ reason: describeError(error) }, "PostgreSQL is still away");
      }
    }
  }
}
