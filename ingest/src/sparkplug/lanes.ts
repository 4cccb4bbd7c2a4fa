interface Lane {
  busy: number;
  readonly waiting: (() => void)[];
}

/** Lets so many of each key at a time pass, the others in the order in which they came. */
export class Lanes {
  readonly #atOnce: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const lane = this.#lanes.get(key) ?? { busy: 0, waiting: [] };
    this.#lanes.set(key, lane);
    if (lane.busy >= this.#atOnce) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.busy++;
    try {
      return await work();
    } finally {
      this.#leave(key, lane);
    }
  }

  // Whoever waited takes the place over.
  #leave(key: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next !== undefined) next();
    else lane.busy--;
    if (lane.busy === 0) this.#lanes.delete(key);
  }
}
