import { setTimeout as sleep } from "node:timers/promises";

/** How long calls wait after failures in a row: doubled each time, within these bounds. */
export interface GatePace {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** After an outage: quick to come back from a restart, a call every 5 to 15 s while it lasts. */
export const OUTAGE_PACE: GatePace = { firstMs: 100, longestMs: 10_000 };
/** After a refusal, which a person has to mend. */
export const REFUSAL_PACE: GatePace = { firstMs: 1000, longestMs: 60_000 };

/**
 * Keeps calls to a server that failed apart, by growing waits with a random part, so that a server that comes back
 * after hours is met by one call of each process, not by all of them at once.
 */
export class OutageGate {
  readonly #random: () => number;
  readonly #now: () => number;
  #failures = 0;
  /** Those of one kind in a row: a refusal in the minute of a restart must not wait as long as the outage before it has grown. */
  #alike = 0;
  #pace: GatePace | undefined;
  #opensAtMs = 0;

  constructor(random: () => number = Math.random, now: () => number = () => performance.now()) {
    this.#random = random;
    this.#now = now;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until the next call may be made. */
  get waitMs(): number {
    return Math.max(0, this.#opensAtMs - this.#now());
  }

  /** Resolves when the next call may be made. @throws when `signal` ends the waiting. */
  async opens(signal?: AbortSignal): Promise<void> {
    for (let waitMs = this.waitMs; waitMs > 0; waitMs = this.waitMs) await sleep(waitMs, undefined, { signal });
  }

  failed(pace: GatePace): void {
    if (pace !== this.#pace) this.#alike = 0;
    this.#pace = pace;
    const waitMs = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(this.#alike++, 30));
    this.#failures++;
    this.#opensAtMs = this.#now() + waitMs * (0.5 + this.#random());
  }

  succeeded(): void {
    this.#failures = 0;
    this.#alike = 0;
    this.#opensAtMs = 0;
  }
}
