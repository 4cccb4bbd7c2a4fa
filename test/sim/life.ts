/** One run of a process, from its start to its end. What a dead one asks for is never answered. */
export class Life {
  #isAlive = true;
  readonly #atEnd: (() => void)[] = [];

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Calls `then` once, when the process ends; at once when it has. */
  onEnd(then: () => void): void {
    if (this.#isAlive) this.#atEnd.push(then);
    else then();
  }

  end(): void {
    this.#isAlive = false;
    for (const then of this.#atEnd.splice(0)) then();
  }
}

/** What a call into nothing gives. */
export function never<Result>(): Promise<Result> {
  return new Promise(() => {});
}
