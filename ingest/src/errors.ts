import { NightflowError } from "@nightflow/domain";

/** The agent has as many batches waiting as it may; it holds this one and sends it again. */
export class WindowFullError extends NightflowError {
  readonly code = "INGEST_WINDOW_FULL";
  readonly retriable = true;
}

/** A batch lies so far above the last contiguous one that the mark cannot hold it until the hole closes. */
export class SeqAheadError extends NightflowError {
  readonly code = "INGEST_SEQ_AHEAD";
  readonly retriable = true;
}

/** Ingest is closing; the agent holds its batch and sends it to the next one. */
export class IngestClosedError extends NightflowError {
  readonly code = "INGEST_CLOSED";
  readonly retriable = true;
}

/** A publisher used the topic of another. */
export class ForgedTopicError extends NightflowError {
  readonly code = "INGEST_FORGED_TOPIC";
  readonly retriable = false;
}

/** No list of channels could be read since the start, so that nobody can say which channels are known. */
export class NoRegistryError extends NightflowError {
  readonly code = "INGEST_NO_REGISTRY";
  readonly retriable = true;
}

/** A channel was approved and is not in the registry that this process reads: it will be. */
export class ChannelNotYetError extends NightflowError {
  readonly code = "INGEST_CHANNEL_NOT_YET";
  readonly retriable = true;
}

/** A job names a decision that the database does not hold. */
export class DecisionGoneError extends NightflowError {
  readonly code = "INGEST_DECISION_GONE";
  readonly retriable = false;
}

/** Whether the same call may succeed later; what is not of our making is not. */
export function isRetriable(error: unknown): boolean {
  return error instanceof NightflowError && error.retriable;
}
