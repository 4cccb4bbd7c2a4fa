import { NightflowError } from "@nightflow/domain";

/** A store file that is damaged or is not a store file at all. */
export class StoreCorruptError extends NightflowError {
  readonly code = "STORE_CORRUPT";
  readonly retriable = false;
}

/** A store file that another thread or process owns. */
export class StoreBusyError extends NightflowError {
  readonly code = "STORE_BUSY";
  readonly retriable = true;
}

/** A store that refuses this program: wrong token, missing bucket, wrong address. Trying again does not help. */
export class StoreRefusedError extends NightflowError {
  readonly code = "STORE_REFUSED";
  readonly retriable = false;
}

/** A call on a store after its `close`. */
export class StoreClosedError extends NightflowError {
  readonly code = "STORE_CLOSED";
  readonly retriable = false;
}

/** A cursor from which the feed cannot go on: commits behind it are gone, or it lies beyond the last commit. */
export class FeedForgottenError extends NightflowError {
  readonly code = "FEED_FORGOTTEN";
  readonly retriable = false;
  /** The first commit that can be read. Not beyond the cursor when it is the store that has gone back. */
  readonly keptFrom: number;

  constructor(message: string, options: { cause?: unknown; remedy?: string; keptFrom?: number } = {}) {
    super(message, options);
    this.keptFrom = options.keptFrom ?? 1;
  }
}

/** The error for a cursor of another life of the store, as after a copy was put back. */
export function cursorAhead(cursor: number, lastCommit: number, keptFrom: number): FeedForgottenError {
  return new FeedForgottenError(`commit ${cursor} is beyond the store's last one, ${lastCommit}`, {
    remedy: "the store is another one or has gone back: build the consumer's state anew from what it holds",
    keptFrom,
  });
}

/** The error for a cursor behind which the feed has been forgotten. */
export function feedForgotten(cursor: number, keptFrom: number): FeedForgottenError {
  return new FeedForgottenError(`the feed from commit ${cursor} on is gone; it begins at ${keptFrom}`, {
    remedy: "build the consumer's state anew from the readings that the store holds",
    keptFrom,
  });
}

/** A commit with a batch that the store's marks hold already: ask for the marks again, and leave it out. */
export class BatchStoredError extends NightflowError {
  readonly code = "BATCH_STORED";
  readonly retriable = true;
}

/** A reading that the store's format cannot hold; ingest sets such readings aside before they come here. */
export class ReadingShapeError extends NightflowError {
  readonly code = "READING_SHAPE";
  readonly retriable = false;
}
