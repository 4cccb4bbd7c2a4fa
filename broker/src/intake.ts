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
  readonly name: string;
  pending: number;
  readonly waiting: Batch[];
}

interface Batch {
  readonly lane: Lane;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly identity: Identity;
  readonly dueAtMs: number;
  readonly done: (outcome: IntakeOutcome) => void;
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
  readonly #names = new WeakMap<Identity, string>();
  readonly #idle: (() => void)[] = [];
  /** Batches that nobody has been told of yet, oldest first, and so in the order of their time limits. */
  readonly #open = new Set<Batch>();
  #limit: NodeJS.Timeout | undefined;
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
    const lane = this.#laneOf(identity);
    const dueAtMs = performance.now() + this.#options.timeoutMs;
    const batch = { lane, topic, payload, identity, dueAtMs, done };
    this.#open.add(batch);
    this.#limit ??= setTimeout(() => this.#holdLate(), this.#options.timeoutMs).unref();
    if (lane.pending < this.#options.maxPending) this.#take(batch);
    else this.#wait(batch);
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

  #laneOf(identity: Identity): Lane {
    const name = this.#nameOf(identity);
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane: Lane = { name, pending: 0, waiting: [] };
    this.#lanes.set(name, lane);
    return lane;
  }

  // One identity object stands for all messages of a connection.
  #nameOf(identity: Identity): string {
    const known = this.#names.get(identity);
    if (known !== undefined) return known;
    const name = identityKey(identity);
    this.#names.set(identity, name);
    return name;
  }

  #settle(batch: Batch, outcome: IntakeOutcome): void {
    if (!this.#open.delete(batch)) return;
    this.#counts[outcome]++;
    try {
      batch.done(outcome);
    } catch (error) {
      this.#options.onRejected(error, batch.identity);
    }
  }

  // One timer for all: it looks at the oldest, and waits on for the next that is left.
  #holdLate(): void {
    this.#limit = undefined;
    const now = performance.now();
    for (const batch of this.#open) {
      if (batch.dueAtMs > now) {
        this.#limit = setTimeout(() => this.#holdLate(), batch.dueAtMs - now).unref();
        return;
      }
      this.#stopWaiting(batch);
      this.#settle(batch, "held");
    }
  }

  #wait(batch: Batch): void {
    batch.lane.waiting.push(batch);
    this.#waiting++;
  }

  #stopWaiting(batch: Batch): void {
    const { waiting } = batch.lane;
    const at = waiting.indexOf(batch);
    if (at < 0) return;
    waiting.splice(at, 1);
    this.#waiting--;
  }

  #take(batch: Batch): void {
    batch.lane.pending++;
    this.#pending++;
    try {
      const { topic, payload, identity } = batch;
      this.#options.intake.take(topic, payload, identity).then(
        (outcome) => this.#answered(batch, outcome),
        (error: unknown) => this.#rejected(batch, error),
      );
    } catch (error) {
      this.#rejected(batch, error);
    }
  }

  #rejected(batch: Batch, error: unknown): void {
    this.#options.onRejected(error, batch.identity);
    this.#answered(batch, "held");
  }

  #answered(batch: Batch, outcome: IntakeOutcome): void {
    this.#settle(batch, outcome);
    this.#release(batch.lane);
  }

  #release(lane: Lane): void {
    lane.pending--;
    this.#pending--;
    const next = lane.waiting.shift();
    if (next !== undefined) {
      this.#waiting--;
      this.#take(next);
    } else if (lane.pending === 0) this.#lanes.delete(lane.name);
    if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
