/** A flag that can be waited for. */
export class Signal {
  #isRaised = false;
  #resolve: (() => void) | undefined;

  raise(): void {
    this.#isRaised = true;
    this.#resolve?.();
  }

  reset(): void {
    this.#isRaised = false;
  }

  /** Resolves when the flag is raised, at once when it is already, and after `timeoutMs` in any case. */
  wait(timeoutMs: number): Promise<void> {
    if (this.#isRaised) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
