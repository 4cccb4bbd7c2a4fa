/** Runs one piece of work after the other, in the order asked; a failure does not stop those behind it. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Work asked for and not finished. */
  get waiting(): number {
    return this.#waiting;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#waiting++;
    const result = this.#tail.then(work).finally(() => {
      this.#waiting--;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything asked for so far has finished. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}

/** Lets timers and sockets run before a long piece of work goes on. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
