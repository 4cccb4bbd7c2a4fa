import { seeded } from "../support/seeded.ts";

/** Everything that is left to chance in a simulation, the same for the same seed. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
    // Neighbouring seeds begin alike; after a few numbers they do not.
    for (let skipped = 0; skipped < 4; skipped++) this.#next();
  }

  /** In [0, 1). */
  share(): number {
    return this.#next();
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** In [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.#next();
  }

  /** A whole number in [from, to]. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#next() * items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** Dice of one part of the simulation, so that a draw more in one part changes nothing in the others. */
  fork(): Dice {
    return new Dice(Math.floor(this.#next() * 4_294_967_296));
  }
}
