import { describeError, NightflowError } from "@nightflow/domain";
import type { Logger } from "pino";

const LONGEST_RETRY_MS = 30_000;

/** Tries again what failed since the store or the database was away. */
export class Retry {
  readonly #firstMs: number;
  readonly #signal: AbortSignal;
  readonly #logger: Logger;
  #count = 0;

  constructor(firstMs: number, signal: AbortSignal, logger: Logger) {
    this.#firstMs = firstMs;
    this.#signal = signal;
    this.#logger = logger;
  }

  /** Attempts that failed. */
  get count(): number {
    return this.#count;
  }

  /**
   * Tries until it works or the runner stops, waiting longer each time. Gives undefined when it stopped first.
   *
   * @throws {LeaseLostError} as it is: no further try can succeed.
   */
  async untilDone<Result>(
    what: string,
    work: () => Promise<Result>,
    onAway: () => void = () => undefined,
  ): Promise<Result | undefined> {
    for (let waitMs = this.#firstMs; !this.#signal.aborted; waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2)) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        if (isAway(error)) onAway();
        this.#count++;
        this.#logger.warn({ err: error }, `cannot ${what}, trying again: ${describeError(error)}`);
        await pause(waitMs, this.#signal);
      }
    }
    return undefined;
  }
}

/** Another process holds the shard by now: nothing that this one has found since may be written. */
export class LeaseLostError extends NightflowError {
  readonly code = "LEASE_LOST";
  readonly retriable = false;
}

/** Whether the store or the database is away, and the same call may succeed later. */
export function isAway(error: unknown): boolean {
  return error instanceof NightflowError && error.retriable;
}

/** Lets time pass, less of it when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
