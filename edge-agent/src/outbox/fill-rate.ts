/** The rate falls to a third of itself in this time, real: one that changes with the hour is followed, a pause is not. */
const MEMORY_S = 600;

/** How many bytes a second an outbox has taken lately. */
export class FillRate {
  readonly #realNow: () => number;
  readonly #startedAtMs: number;
  #bytes = 0;
  #atMs: number;

  /** @param realNow monotonic milliseconds. */
  constructor(realNow: () => number = () => performance.now()) {
    this.#realNow = realNow;
    this.#startedAtMs = realNow();
    this.#atMs = this.#startedAtMs;
  }

  add(bytes: number): void {
    this.#fade();
    this.#bytes += bytes;
  }

  /** Hours that some bytes last at this rate; null while nothing comes in. */
  hoursOf(bytes: number): number | null {
    this.#fade();
    // Soon after the start the sum is young: it stands for the time since then.
    const ageS = (this.#atMs - this.#startedAtMs) / 1000;
    const spanS = MEMORY_S * (1 - Math.exp(-ageS / MEMORY_S));
    if (this.#bytes < 1 || spanS <= 0) return null;
    return bytes / (this.#bytes / spanS) / 3600;
  }

  #fade(): void {
    const nowMs = this.#realNow();
    this.#bytes *= Math.exp(-(nowMs - this.#atMs) / 1000 / MEMORY_S);
    this.#atMs = nowMs;
  }
}
