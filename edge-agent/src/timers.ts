/** What waits in real time; tests put one in that moves with their clock. */
export interface Timers {
  /** Calls `wake` after `ms` real milliseconds; the function returned cancels that. */
  after(ms: number, wake: () => void): () => void;
}

/** Node's timers. */
export const realTimers: Timers = {
  after(ms, wake) {
    const handle = setTimeout(wake, ms);
    return () => clearTimeout(handle);
  },
};

/** A wait that anyone may end early: the pulse of a polling loop. */
export class Pause {
  readonly #timers: Timers;
  #end: (() => void) | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves after `ms` real milliseconds, or at the next `wake()`. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(ms, () => this.wake());
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }

  wake(): void {
    const end = this.#end;
    this.#end = undefined;
    end?.();
  }
}
