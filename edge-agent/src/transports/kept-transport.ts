import type { Logger } from "pino";
import { Backoff } from "../backoff.ts";
import { realTimers, type Timers } from "../timers.ts";
import { type ByteTransport, TransportListeners } from "./byte-transport.ts";

/** One connection, from the first attempt to its end. */
export interface Connection {
  write(bytes: Uint8Array): void;
  /** Ends it; `lost` follows. */
  destroy(): void;
}

/** What a connection tells. `lost` comes once, be it that it never opened. */
export interface ConnectionEvents {
  opened(): void;
  bytes(bytes: Buffer): void;
  lost(why: string | null): void;
}

/** Begins one connection. */
export type Connect = (events: ConnectionEvents) => Connection;

export interface KeptTransportDeps {
  readonly name: string;
  readonly connect: Connect;
  readonly logger: Logger;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** A connection that lasted so long, or that brought bytes, was a good one: the next wait begins from the start. */
const GOOD_CONNECTION_MS = 5000;

/** A transport that the agent opens by itself, again and again with growing waits of 0.2 to 30 s. */
export class KeptTransport implements ByteTransport {
  readonly name: string;
  fault: string | null = null;
  readonly #deps: KeptTransportDeps;
  readonly #backoff: Backoff;
  readonly #listeners = new TransportListeners();
  #connection: Connection | undefined;
  #isOpen = false;
  #isWanted = false;
  #isClosed = false;
  #cancelRetry: () => void = () => undefined;
  #cancelGood: () => void = () => undefined;

  constructor(deps: KeptTransportDeps) {
    this.#deps = deps;
    this.name = deps.name;
    this.#backoff = new Backoff({ firstMs: 200, maxMs: 30_000 }, deps.random);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isWanted || this.#isClosed) return;
    this.#isWanted = true;
    this.#connect();
  }

  write(bytes: Uint8Array): void {
    if (this.#isOpen) this.#connection?.write(bytes);
  }

  onBytes(listener: (bytes: Buffer) => void): void {
    this.#listeners.bytes = listener;
  }

  onOpen(listener: () => void): void {
    this.#listeners.opened = listener;
  }

  onLost(listener: () => void): void {
    this.#listeners.lost = listener;
  }

  recycle(): void {
    this.#cancelRetry();
    // Without a connection it waits for its next attempt: that is now.
    if (this.#connection === undefined) this.#connect();
    else this.#connection.destroy();
  }

  release(): void {
    this.#isWanted = false;
    this.#cancelRetry();
    this.#connection?.destroy();
  }

  close(): void {
    this.#isClosed = true;
    this.release();
  }

  #connect(): void {
    if (!this.#isWanted || this.#connection !== undefined) return;
    let isOver = false;
    this.#connection = this.#deps.connect({
      opened: () => this.#opened(),
      bytes: (bytes) => {
        if (!this.#isOpen || isOver) return;
        this.#backoff.reset();
        this.#listeners.bytes(bytes);
      },
      lost: (why) => {
        if (!isOver) this.#lost(why);
        isOver = true;
      },
    });
  }

  #opened(): void {
    this.#isOpen = true;
    this.fault = null;
    // A gateway that takes every connection and drops it at once is no good one: it is not called five times a second.
    this.#cancelGood = (this.#deps.timers ?? realTimers).after(GOOD_CONNECTION_MS, () => this.#backoff.reset());
    this.#deps.logger.info({ transport: this.name }, "connected");
    this.#listeners.opened();
  }

  #lost(why: string | null): void {
    const wasOpen = this.#isOpen;
    this.#cancelGood();
    this.#isOpen = false;
    this.#connection = undefined;
    if (this.#isWanted) this.#sayLost(why, wasOpen);
    if (wasOpen) this.#listeners.lost();
    if (!this.#isWanted) return;
    this.#cancelRetry();
    this.#cancelRetry = (this.#deps.timers ?? realTimers).after(this.#backoff.next(), () => this.#connect());
  }

  /** A fault is told when it is new, and not again at each attempt. */
  #sayLost(why: string | null, wasOpen: boolean): void {
    const fault = why ?? "the connection was lost";
    if (wasOpen || fault !== this.fault)
      this.#deps.logger.warn({ transport: this.name, fault }, wasOpen ? "connection lost" : "no connection");
    this.fault = fault;
  }
}
