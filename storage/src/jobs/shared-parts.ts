/** Something that runs until it is stopped. */
export interface RunningPart {
  stop(): Promise<void>;
}

/** Parts that run while anybody needs them: started for the first, stopped after the last. */
export class SharedParts {
  readonly #start: () => Promise<readonly RunningPart[]>;
  #users = 0;
  #parts: Promise<readonly RunningPart[]> | undefined;

  constructor(start: () => Promise<readonly RunningPart[]>) {
    this.#start = start;
  }

  /** Resolves when the parts run. @throws what starting them throws; the next one tries again. */
  async enter(): Promise<void> {
    this.#users++;
    this.#parts ??= this.#start();
    try {
      await this.#parts;
    } catch (error) {
      this.#users--;
      this.#parts = undefined;
      throw error;
    }
  }

  async leave(): Promise<void> {
    this.#users--;
    if (this.#users > 0) return;
    const parts = this.#parts;
    this.#parts = undefined;
    await Promise.all(((await parts) ?? []).map((part) => part.stop()));
  }
}
