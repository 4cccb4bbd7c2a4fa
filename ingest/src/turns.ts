import { setImmediate } from "node:timers/promises";

// The head-end's thread answers PUBACKs of everyone: no one holds it longer than this.
const TURN_MS = 2;
/** What takes next to no time finds so much besides. */
const LITTLE_MS = 1;

/**
 * Shares the thread: work that many callers do at once, a little each, takes at most a few milliseconds of one turn of
 * the event loop, all callers together. What does not fit waits for the next turn, in order.
 */
export class Turns {
  #usedMs = 0;
  #next: Promise<void> | undefined;

  /** Whether this turn has time left. */
  get hasTime(): boolean {
    return this.#usedMs < TURN_MS;
  }

  /** Whether it has time for something that takes next to none. */
  get hasTimeForLittle(): boolean {
    return this.#usedMs < TURN_MS + LITTLE_MS;
  }

  /** Runs `work` in this turn, whether it has time left or not. */
  now<Result>(work: () => Result): Result {
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      this.#usedMs += performance.now() - startedAt;
      void this.#nextTurn();
    }
  }

  /** Runs `work` now or in a later turn. One piece of work is never split. */
  async run<Result>(work: () => Result): Promise<Result> {
    while (!this.hasTime) await this.#nextTurn();
    return this.now(work);
  }

  /** Does `work` for each item in order, at most `mostAtOnce` of them in one turn. */
  async each<Item>(items: readonly Item[], work: (item: Item) => void, mostAtOnce = items.length): Promise<void> {
    for (let at = 0; at < items.length; ) {
      while (this.#usedMs >= TURN_MS) await this.#nextTurn();
      const until = Math.min(at + mostAtOnce, items.length);
      at = this.#some(items, work, at, until);
      if (at < items.length) await this.#nextTurn();
    }
  }

  /** Does as many items as the turn has time for, at least one; gives where to go on. */
  #some<Item>(items: readonly Item[], work: (item: Item) => void, from: number, until: number): number {
    const startedAt = performance.now();
    let at = from;
    try {
      while (at < until) {
        work(items[at++] as Item);
        if (this.#usedMs + performance.now() - startedAt >= TURN_MS) break;
      }
      return at;
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
