/** Something with a time, epoch ms. */
interface Timed {
  readonly at: number;
}

/**
 * Of each boundary of a period the sample nearest to it, at most half a period away: what live reading would have
 * reported. Samples come in any order; boundaries without one are not in the map.
 */
export class NearestByBoundary<Sample extends Timed> {
  readonly #periodMs: number;
  readonly #firstMs: number;
  readonly #lastMs: number;
  readonly #best = new Map<number, Sample>();

  constructor(periodMs: number, firstMs: number, lastMs: number) {
    this.#periodMs = periodMs;
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
  }

  offer(sample: Sample): void {
    const boundary = Math.round(sample.at / this.#periodMs) * this.#periodMs;
    if (boundary < this.#firstMs || boundary > this.#lastMs) return;
    const best = this.#best.get(boundary);
    if (best === undefined || Math.abs(sample.at - boundary) < Math.abs(best.at - boundary))
      this.#best.set(boundary, sample);
  }

  /** Oldest first. */
  samples(): Sample[] {
    return [...this.#best.values()].sort((a, b) => a.at - b.at);
  }
}

/** How many boundaries there are from the first to the last. */
export function boundariesIn(firstMs: number, lastMs: number, periodMs: number): number {
  return Math.max(0, Math.round((lastMs - firstMs) / periodMs) + 1);
}
