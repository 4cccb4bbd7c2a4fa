/** What waits in real time; tests put one in that moves with their clock. */
export interface Timers {
  /** Calls `wake` after `ms` real milliseconds; the function returned cancels that. */
  after(ms: number, wake: () => void): () => void;
}

/**
 * Node's timers, behind what has arrived: where the process was busy for longer than a wait, an answer that lies in the
 * socket since then is heard first, and may call the wait off. Else the agent's own delay would be taken for a meter's.
 */
export const realTimers: Timers = {
  after(ms, wake) {
    let heard: NodeJS.Immediate | undefined;
    const handle = setTimeout(() => {
      heard = setImmediate(wake);
    }, ms);
    return () => {
      clearTimeout(handle);
      clearImmediate(heard);
    };
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
