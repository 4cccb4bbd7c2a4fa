/** Bounds of a back-off, in real milliseconds. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Waits that double up to a limit. Each is drawn between half and the whole of its step, so that a thousand agents do
 * not come back in the same second after one broker restart.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #stepMs: number;

  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
    this.#stepMs = limits.firstMs;
  }

  /** The next wait, in real milliseconds. */
  next(): number {
    const stepMs = this.#stepMs;
    this.#stepMs = Math.min(stepMs * 2, this.#limits.maxMs);
    return stepMs / 2 + (stepMs / 2) * this.#random();
  }

  reset(): void {
    this.#stepMs = this.#limits.firstMs;
  }
}
