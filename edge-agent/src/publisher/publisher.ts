import { type Ack, type Clock, decodeAck, describeError, MAX_BATCHES_IN_FLIGHT } from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../backoff.ts";
import { openedUnlessLost } from "../opened.ts";
import { payloadOf } from "../outbox/batch-text.ts";
import type { Cursor, Due } from "../outbox/ledger.ts";
import type { TakenBatch } from "../outbox/limits.ts";
import { Pause, realTimers, type Timers } from "../timers.ts";
import { BatchTrails } from "./batch-trails.ts";
import type { OpenUplink, Uplink } from "./uplink.ts";
import { FlightWindow } from "./window.ts";

/** What the publisher needs of an outbox. */
export interface BatchSource {
  next(after?: Cursor): Due | undefined;
  load(due: Due): Promise<TakenBatch | undefined>;
  acknowledge(ack: Ack): void;
  onTaken(listener: () => void): void;
}

export interface PublisherDeps {
  readonly outbox: BatchSource;
  readonly open: OpenUplink;
  readonly topics: {
    readonly readings: string;
    readonly ack: string;
    readonly status: string;
    readonly configReport: string;
  };
  readonly status: (state: "online" | "offline") => string;
  readonly configReport: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly statusMs: number;
  readonly ackTimeoutMs: number;
  /** Hears what comes on topics other than that of acks. What it throws is logged. */
  readonly hear?: (topic: string, payload: Uint8Array) => void;
  /** Called whenever a connection has been made. */
  readonly onConnected?: () => void;
  readonly timers?: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
  readonly random?: () => number;
}

/** A head-end whose store is down withholds PUBACKs, so a broker is given this many ack time-outs before it is left. */
const STUCK_TIMEOUTS = 6;

/** A connection that lasted this long was a good one: the next back-off begins from the start. */
const GOOD_CONNECTION_MS = 5000;

/**
 * Brings the outbox's batches to the broker, at most 64 at a time, and again until the head-end says "stored for good".
 * Collecting never waits for it.
 */
export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #timers: Timers;
  readonly #realNow: () => number;
  readonly #window = new FlightWindow(MAX_BATCHES_IN_FLIGHT);
  readonly #retry: Pause;
  readonly #trails: BatchTrails;
  readonly #backoff: Backoff;
  #uplink: Uplink | undefined;
  #lose: (why: string) => void = () => undefined;
  #isPumping = false;
  #ackedAtMs: number | undefined;
  #cancelTicks: (() => void)[] = [];
  #isClosed = false;
  readonly #done: Promise<void>;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#timers = deps.timers ?? realTimers;
    this.#realNow = deps.realNow ?? (() => performance.now());
    this.#retry = new Pause(this.#timers);
    this.#trails = new BatchTrails(deps.topics.readings);
    this.#backoff = new Backoff({ firstMs: 300, maxMs: 30_000 }, deps.random);
    deps.outbox.onTaken(() => void this.#pump());
    this.#done = this.#keepConnected();
  }

  get isConnected(): boolean {
    return this.#uplink !== undefined;
  }

  /** Batches sent and not acknowledged end to end. */
  get inFlight(): number {
    return this.#window.inFlight;
  }

  /** Leaves the connection, if there is one, and makes a new one at once: there are new credentials. */
  reconnect(why: string): void {
    this.#backoff.reset();
    this.#lose(why);
    this.#retry.wake();
  }

  /** Says anew what was applied and how the agent fares; a later connection says it by itself. */
  announce(): void {
    if (this.#uplink === undefined) return;
    void this.#say(this.#uplink, this.#deps.topics.configReport, this.#deps.configReport());
    this.#sayStatus(this.#uplink);
  }

  /** Publishes something that nobody keeps, if there is a connection; QoS 1. */
  tell(topic: string, payload: string): void {
    if (this.#uplink !== undefined) void this.#say(this.#uplink, topic, payload, { retain: false });
  }

  /** Seconds since the head-end last acknowledged anything; null when it has not since the start. */
  get lastAckAgeS(): number | null {
    return this.#ackedAtMs === undefined ? null : (this.#realNow() - this.#ackedAtMs) / 1000;
  }

  /** Says `offline` and leaves. What is not acknowledged stays in the outbox. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry.wake();
    this.#lose("closed");
    await this.#done;
    this.#trails.close();
  }

  async #keepConnected(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#liveOnce();
      } catch (error) {
        this.#deps.logger.warn({ error: describeError(error) }, "mqtt: no connection");
      }
      if (!this.#isClosed) await this.#retry.wait(this.#backoff.next());
    }
  }

  /** Opens a connection and stays until it is lost. */
  async #liveOnce(): Promise<void> {
    const lost = new Promise<string>((resolve) => {
      this.#lose = resolve;
    });
    const opening = this.#deps.open({
      onMessage: ({ topic, payload }) => this.#hear(topic, payload),
      onLost: (why) => this.#lose(why),
    });
    const uplink = await openedUnlessLost(opening, lost);
    if (uplink === undefined) return;
    const openedAtMs = this.#realNow();
    if (!this.#isClosed) this.#online(uplink);
    const why = await lost;
    this.#offline();
    if (this.#realNow() - openedAtMs >= GOOD_CONNECTION_MS) this.#backoff.reset();
    if (this.#isClosed)
      await this.#say(uplink, this.#deps.topics.status, this.#deps.status("offline"), { maxMs: 1000 });
    else this.#deps.logger.warn({ why }, "mqtt: connection lost");
    await uplink.close();
  }

  #online(uplink: Uplink): void {
    const { topics, configReport, logger, statusMs, ackTimeoutMs } = this.#deps;
    logger.info("mqtt: connected");
    this.#uplink = uplink;
    // Whatever was on its way on the last connection is sent again, from the oldest on.
    this.#window.clear();
    void this.#say(uplink, topics.configReport, configReport());
    this.#sayStatus(uplink);
    this.#every(statusMs, () => this.#sayStatus(uplink));
    this.#every(Math.max(50, ackTimeoutMs / 4), () => void this.#resendOverdue(uplink));
    void this.#pump();
    this.#deps.onConnected?.();
  }

  #offline(): void {
    this.#uplink = undefined;
    for (const cancel of this.#cancelTicks) cancel();
    this.#cancelTicks = [];
  }

  #every(ms: number, tick: () => void): void {
    const at = this.#cancelTicks.length;
    const again = () => {
      this.#cancelTicks[at] = this.#timers.after(ms, () => {
        again();
        tick();
      });
    };
    this.#cancelTicks.push(() => undefined);
    again();
  }

  #sayStatus(uplink: Uplink): void {
    void this.#say(uplink, this.#deps.topics.status, this.#deps.status("online"));
  }

  /** Publishes something, retained by default; a failure only shows that the connection is going. */
  async #say(
    uplink: Uplink,
    topic: string,
    payload: string,
    { maxMs = 10_000, retain = true }: { readonly maxMs?: number; readonly retain?: boolean } = {},
  ): Promise<void> {
    const limit = new Pause(this.#timers);
    try {
      await Promise.race([uplink.publish(topic, payload, { retain }), limit.wait(maxMs)]);
    } catch (error) {
      this.#deps.logger.debug({ topic, error: describeError(error) }, "mqtt: not published");
    } finally {
      limit.wake();
    }
  }

  #hear(topic: string, payload: Uint8Array): void {
    try {
      if (topic === this.#deps.topics.ack) this.#takeAck(decodeAck(payload));
      else this.#deps.hear?.(topic, payload);
    } catch (error) {
      this.#deps.logger.warn({ topic, error: describeError(error) }, "mqtt: a message that says nothing was ignored");
    }
  }

  #takeAck(ack: Ack): void {
    this.#deps.outbox.acknowledge(ack);
    this.#window.acknowledge(ack);
    this.#trails.acknowledged(ack);
    this.#ackedAtMs = this.#realNow();
    void this.#pump();
  }

  /** Sends while there is something to send and room in the window. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#uplink !== undefined && this.#window.hasRoom) {
        const due = this.#nextUnsent();
        if (due === undefined) break;
        await this.#send(this.#uplink, due);
      }
    } catch (error) {
      this.#lose(`a batch could not be read: ${describeError(error)}`);
    } finally {
      this.#isPumping = false;
    }
  }

  /** Looked for from the oldest on, since older ones may have to be sent again: at most a window is passed over. */
  #nextUnsent(): Due | undefined {
    const { outbox } = this.#deps;
    let due = outbox.next();
    while (due !== undefined && this.#window.holds(due)) due = outbox.next(due);
    return due;
  }

  async #send(uplink: Uplink, due: Due): Promise<void> {
    this.#window.sent(due, this.#realNow());
    this.#trails.sent(due);
    const batch = await this.#deps.outbox.load(due);
    if (batch === undefined) return this.#window.forget(due);
    const payload = payloadOf(batch, this.#deps.clock.now());
    // Not awaited: the window bounds what is on its way, and only an ack from the head-end counts.
    uplink.publish(this.#deps.topics.readings, payload, { retain: false }).then(
      () => this.#window.received(due),
      (error: unknown) => {
        if (uplink === this.#uplink) this.#lose(describeError(error));
      },
    );
  }

  async #resendOverdue(uplink: Uplink): Promise<void> {
    const { ackTimeoutMs } = this.#deps;
    if (this.#window.isStuck(this.#realNow(), ackTimeoutMs * STUCK_TIMEOUTS))
      return this.#lose("the broker takes no batches");
    const overdue = this.#window.overdue(this.#realNow(), ackTimeoutMs);
    if (overdue.length === 0 || uplink !== this.#uplink) return;
    this.#deps.logger.info({ batches: overdue.length, firstSeq: overdue[0]?.seq }, "mqtt: no ack yet, sending again");
    try {
      for (const due of overdue) await this.#send(uplink, due);
    } catch (error) {
      this.#lose(`a batch could not be read: ${describeError(error)}`);
    }
  }
}
