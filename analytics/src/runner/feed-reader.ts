import { FeedForgottenError, type FeedPage, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";

/**
 * Pages grow up to so many times the usual while more waits behind them: each costs a transaction of what was found in it. Not
 * further, since the store's own thread puts a page together in one go.
 */
const MOST_TIMES = 4;

/** Reads the feed page by page, and goes on where the store says when what came next is gone. */
export class FeedReader {
  readonly #store: Pick<ReadingStore, "changesSince">;
  readonly #pageReadings: number;
  readonly #logger: Logger;
  #times = 1;
  /** Number of the last commit that was read. */
  cursor = 0;

  constructor(store: Pick<ReadingStore, "changesSince">, pageReadings: number, logger: Logger) {
    this.#store = store;
    this.#pageReadings = pageReadings;
    this.#logger = logger;
  }

  /** The next page; the cursor stays until `passed`. `beginAnew` is called where the store is another one, or has gone back. */
  async next(beginAnew: () => Promise<void>): Promise<FeedPage> {
    try {
      return await this.#page();
    } catch (error) {
      if (!(error instanceof FeedForgottenError)) throw error;
      await this.#goOnFrom(error.keptFrom, beginAnew);
      return await this.#page();
    }
  }

  passed(page: FeedPage): void {
    this.cursor = Math.max(this.cursor, page.cursor);
  }

  async #page(): Promise<FeedPage> {
    const page = await this.#store.changesSince(this.cursor, this.#pageReadings * this.#times);
    this.#times = page.hasMore ? Math.min(MOST_TIMES, this.#times * 2) : 1;
    return page;
  }

  async #goOnFrom(keptFrom: number, beginAnew: () => Promise<void>): Promise<void> {
    const { cursor } = this;
    const hasGoneBack = keptFrom <= cursor;
    this.#logger.error(
      { cursor, keptFrom, hasGoneBack },
      hasGoneBack
        ? "the store has gone back behind what was read: the detectors begin anew with what it holds"
        : "the feed has forgotten commits that were not read: their readings are in the curves and in no finding",
    );
    if (hasGoneBack) await beginAnew();
    this.cursor = keptFrom - 1;
  }
}
