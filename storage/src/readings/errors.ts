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

/** A reading that the store's format cannot hold; ingest sets such readings aside before they come here. */
export class ReadingShapeError extends NightflowError {
  readonly code = "READING_SHAPE";
  readonly retriable = false;
}
