import { setImmediate } from "node:timers/promises";

// The head-end's thread answers PUBACKs of everyone: no one holds it longer than this.
const TURN_MS = 3;

/** Lets other work run whenever this one has held the thread for a few milliseconds. */
export class Turns {
  #startedAt = performance.now();

  async yieldWhenDue(): Promise<void> {
    if (performance.now() - this.#startedAt < TURN_MS) return;
    await setImmediate();
    this.#startedAt = performance.now();
  }
}
