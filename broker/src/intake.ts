import { type Identity, identityKey } from "./rights.ts";

/**
 * Takes batches of readings into the store.
 *
 * `take` settles when the batch is durable: `stored`, or `set-aside` where it went to the dead letter. It rejects when
 * the store cannot take it now; the sender then gets no PUBACK and sends again.
 */
export interface ReadingsIntake {
  take(topic: string, payload: Uint8Array, identity: Identity): Promise<"stored" | "set-aside">;
  /** Whether it also takes what devices publish on a topic outside `nf/`; without it, none. */
  takesForeign?(topic: string): boolean;
}

/** How a batch left the gate. */
export type IntakeOutcome = "stored" | "set-aside" | "held";

/** Counts since the start; `pending` and `waiting` are now. */
export interface IntakeStats {
  readonly pending: number;
  readonly waiting: number;
  readonly stored: number;
  readonly setAside: number;
  readonly held: number;
}

interface Lane {
  pending: number;
  readonly waiting: Batch[];
}

interface Batch {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly identity: Identity;
  readonly settle: (outcome: IntakeOutcome) => void;
}

/** What bounds the gate, and who hears of a store that refuses. */
export interface IntakeGateOptions {
  readonly intake: ReadingsIntake;
  readonly maxPending: number;
  readonly timeoutMs: number;
  readonly onRejected: (error: unknown, identity: Identity) => void;
}

/**
 * Lets a bounded number of batches of each identity into the store at a time; the others wait in order.
 *
 * A place belongs to the identity, not to its connection, so that one that reconnects gets no second window. It is given
 * back when the store answers, in whatever way. Who has waited too long is told `held` and goes on: its connection must
 * stay able to answer pings while the store is away.
 */
export class IntakeGate {
  readonly #options: IntakeGateOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #idle: (() => void)[] = [];
  #pending = 0;
  #waiting = 0;
  #counts = { stored: 0, "set-aside": 0, held: 0 };

  constructor(options: IntakeGateOptions) {
    this.#options = options;
  }

  /** Whether a foreign topic is one that has to be stored before its PUBACK. */
  takes(topic: string): boolean {
    return this.#options.intake.takesForeign?.(topic) ?? false;
  }

  /** Calls `done` once, when the batch is durable or is given back to its sender. */
  pass(topic: string, payload: Uint8Array, identity: Identity, done: (outcome: IntakeOutcome) => void): void {
    const lane = this.#laneOf(identityKey(identity));
    const batch = { topic, payload, identity, settle: this.#once(lane, done) };
    if (lane.pending < this.#options.maxPending) void this.#take(lane, batch);
    else this.#wait(lane, batch);
  }

  stats(): IntakeStats {
    const { stored, held } = this.#counts;
    return { pending: this.#pending, waiting: this.#waiting, stored, setAside: this.#counts["set-aside"], held };
  }

  /** Resolves when no batch is on its way into the store, or after `longestMs`. */
  async idle(longestMs: number): Promise<void> {
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longestMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #laneOf(name: string): Lane {
    const lane = this.#lanes.get(name) ?? { pending: 0, waiting: [] };
    this.#lanes.set(name, lane);
    return lane;
  }

  #once(lane: Lane, done: (outcome: IntakeOutcome) => void): (outcome: IntakeOutcome) => void {
    let isSettled = false;
    const settle = (outcome: IntakeOutcome) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      this.#counts[outcome]++;
      done(outcome);
    };
    const timer = setTimeout(() => {
      this.#stopWaiting(lane, settle);
      settle("held");
    }, this.#options.timeoutMs);
    timer.unref();
    return settle;
  }

  #wait(lane: Lane, batch: Batch): void {
    lane.waiting.push(batch);
    this.#waiting++;
  }

  #stopWaiting(lane: Lane, settle: Batch["settle"]): void {
    const at = lane.waiting.findIndex((batch) => batch.settle === settle);
    if (at < 0) return;
    lane.waiting.splice(at, 1);
    this.#waiting--;
  }

  async #take(lane: Lane, batch: Batch): Promise<void> {
    lane.pending++;
    this.#pending++;
    try {
      batch.settle(await this.#options.intake.take(batch.topic, batch.payload, batch.identity));
    } catch (error) {
      this.#options.onRejected(error, batch.identity);
      batch.settle("held");
    } finally {
      this.#release(lane, identityKey(batch.identity));
    }
  }

  #release(lane: Lane, name: string): void {
    lane.pending--;
    this.#pending--;
    const next = lane.waiting.shift();
    if (next !== undefined) {
      this.#waiting--;
      void this.#take(lane, next);
    } else if (lane.pending === 0) this.#lanes.delete(name);
    if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
