import type { Span } from "@opentelemetry/api";
import type { CheckedBatch } from "./checked-batch.ts";

/** How a batch was dealt with: stored, or as a whole in the dead letter. */
export type TakeOutcome = "stored" | "set-aside";

/** A checked batch that waits for its commit, and the promise of those who wait for it. */
export class Entry {
  batch: CheckedBatch;
  /** Names the batch among those that wait. */
  readonly key: string;
  readonly bytes: number;
  /** Its stage in a trace; undefined while nothing is traced. */
  span: Span | undefined;
  readonly settled: Promise<TakeOutcome>;
  readonly #resolve: (outcome: TakeOutcome) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onSettled: ((entry: Entry, isTaken: boolean) => void) | undefined;
  #isSettled = false;

  /** @param onSettled is called once, before those who wait for it hear. */
  constructor(batch: CheckedBatch, key: string, bytes: number, onSettled?: (entry: Entry, isTaken: boolean) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<TakeOutcome>();
    this.batch = batch;
    this.key = key;
    this.bytes = bytes;
    this.#onSettled = onSettled;
    this.settled = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Readings that its commit will look at. */
  get readings(): number {
    return (this.batch.packed ?? this.batch.rows).length + this.batch.setAside.length;
  }

  /** It is durable. */
  settle(): void {
    this.#isSettled = true;
    this.#onSettled?.(this, true);
    this.#resolve(this.batch.isBroken ? "set-aside" : "stored");
  }

  /** It is not stored; its sender may try again when the error says so. */
  fail(error: unknown): void {
    this.#isSettled = true;
    this.#onSettled?.(this, false);
    this.#reject(error);
  }
}
