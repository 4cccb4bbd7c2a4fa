import { describeError } from "@nightflow/domain";
import {
  type Database,
  LIVE_EVENT_CHANNEL,
  newestLiveEventId,
  readLiveEvents,
  type StoredLiveEvent,
} from "@nightflow/storage";
import type { Logger } from "pino";

/** Takes events in the order of their numbers. */
export type FeedListener = (events: readonly StoredLiveEvent[]) => void;

const PAGE = 500;
// A notification that was lost with its connection is made up for at the next look.
const LOOK_EVERY_MS = 5_000;

/** Live events after a number, in order; at most 500. */
export function readEventsAfter(db: Database, no: number): Promise<StoredLiveEvent[]> {
  return readLiveEvents(db, no, PAGE);
}

/** Reads new live events once for all streams of this process, woken by NOTIFY. */
export class LiveFeed {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #listeners = new Set<FeedListener>();
  readonly #timer: NodeJS.Timeout;
  #stopListening: () => Promise<void> = async () => undefined;
  #lastNo: number;
  #isReading = false;
  #mustReadAgain = false;

  private constructor(db: Database, logger: Logger, lastNo: number) {
    this.#db = db;
    this.#logger = logger;
    this.#lastNo = lastNo;
    this.#timer = setInterval(() => void this.#wake(), LOOK_EVERY_MS).unref();
  }

  /** Starts at the newest event there is. */
  static async start(db: Database, logger: Logger): Promise<LiveFeed> {
    const feed = new LiveFeed(db, logger, await newestLiveEventId(db));
    feed.#stopListening = await db.listen(LIVE_EVENT_CHANNEL, () => void feed.#wake());
    await feed.#wake();
    return feed;
  }

  /** Number of the newest event that listeners have been given. */
  get lastNo(): number {
    return this.#lastNo;
  }

  /** Gives every later event to `listener`; returns what ends that. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#stopListening();
    this.#listeners.clear();
  }

  async #wake(): Promise<void> {
    this.#mustReadAgain = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      await this.#readAll();
    } catch (error) {
      this.#logger.warn({ reason: describeError(error) }, "live events cannot be read now");
    } finally {
      this.#isReading = false;
    }
  }

  async #readAll(): Promise<void> {
    while (this.#mustReadAgain) {
      this.#mustReadAgain = false;
      const events = await readEventsAfter(this.#db, this.#lastNo);
      this.#lastNo = events.at(-1)?.id ?? this.#lastNo;
      if (events.length > 0) for (const listener of this.#listeners) listener(events);
      if (events.length === PAGE) this.#mustReadAgain = true;
    }
  }
}
