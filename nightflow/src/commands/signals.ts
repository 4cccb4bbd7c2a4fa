import { NightflowError } from "@nightflow/domain";

/** The program was told to stop before its work was done. */
export class StoppedError extends NightflowError {
  readonly code = "STOPPED";
  readonly retriable = true;
}

/** Exit code of a program that was stopped, as shells expect it after Ctrl-C. */
export const STOPPED_EXIT_CODE = 130;

// npm hands on a Ctrl-C that the terminal has sent to the whole group already: that is one wish, not two.
const SAME_PRESS_MS = 1000;

/**
 * Hears SIGINT, SIGTERM and SIGHUP, and the end of the program that forked this one, from the moment it is made: make it
 * before anything is started, or what has been started stays behind. A second wish ends the process at once.
 */
export class StopRequest {
  readonly #requested: Promise<void>;
  #requestedAt: number | null = null;

  constructor() {
    this.#requested = new Promise((resolve) => {
      const take = () => {
        if (this.#requestedAt === null) this.#requestedAt = Date.now();
        else if (Date.now() - this.#requestedAt > SAME_PRESS_MS) process.exit(STOPPED_EXIT_CODE);
        resolve();
      };
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, take);
      if (process.send !== undefined) process.once("disconnect", take);
    });
  }

  get isRequested(): boolean {
    return this.#requestedAt !== null;
  }

  /** Resolves when the program is to stop. */
  get requested(): Promise<void> {
    return this.#requested;
  }

  /** What `work` gives; not begun when it is too late. @throws {StoppedError} when the program is told to stop before its end. */
  unless<Result>(work: () => Promise<Result>): Promise<Result> {
    const stopped = this.#requested.then(() => {
      throw new StoppedError("stopped before it was done", { remedy: "run it again: what is stored stays stored" });
    });
    return this.isRequested ? stopped : Promise.race([work(), stopped]);
  }

  /** Closes what runs when the program is told to stop, now or later, and ends the process. */
  closeOnRequest(close: () => Promise<void>): void {
    void this.#requested.then(close).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`nightflow: closing failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  }
}
