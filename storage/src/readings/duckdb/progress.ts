import type { Logger } from "pino";

const SAY_EVERY_MS = 30_000;

/** How far the work of upkeep has come: for the figures of the store, and in the log while it is long. */
export class Progress {
  readonly #logger: Logger;
  #what = "";
  #done = 0;
  #total = 0;
  #saidAtMs = performance.now();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Work of one kind has come to `done` of `total`; it is over when they are equal. */
  note(what: string, done: number, total: number): void {
    if (what !== this.#what) this.#saidAtMs = performance.now();
    [this.#what, this.#done, this.#total] = [what, done, total];
    this.#logger.debug({ what, done, total }, "a piece of upkeep is done");
    if (performance.now() - this.#saidAtMs < SAY_EVERY_MS) return;
    this.#saidAtMs = performance.now();
    this.#logger.info({ what, done, total }, "upkeep of the store file goes on");
  }

  /** For `metrics`: share done of what is under way, 1 when nothing is. */
  get figures(): Readonly<Record<string, number>> {
    return { upkeep_share_done: this.#total === 0 ? 1 : this.#done / this.#total };
  }
}
