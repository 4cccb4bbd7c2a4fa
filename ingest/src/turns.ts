import { setImmediate } from "node:timers/promises";

// The head-end's thread answers PUBACKs of everyone: no one holds it longer than this.
const TURN_MS = 2;

/**
 * Shares the thread: work that many callers do at once, a little each, takes at most a few milliseconds of one turn of
 * the event loop, all callers together. What does not fit waits for the next turn, in order.
 */
export class Turns {
  #usedMs = 0;
  #next: Promise<void> | undefined;

  /** Runs `work` now or in a later turn. One piece of work is never split. */
  async run<Result>(work: () => Result): Promise<Result> {
    while (this.#usedMs >= TURN_MS) await this.#nextTurn();
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      this.#usedMs += performance.now() - startedAt;
      void this.#nextTurn();
    }
  }

  #nextTurn(): Promise<void> {
    this.#next ??= setImmediate().then(() => {
      this.#next = undefined;
      this.#usedMs = 0;
    });
    return this.#next;
  }
}
