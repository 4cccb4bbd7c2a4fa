import { setTimeout as delay } from "node:timers/promises";
import { IngestClosedError, isRetriable, SeqAheadError } from "../errors.ts";

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/**
 * Offers a payload until it is dealt with; resolves with the error for which it never will be, undefined when it is.
 * Rejects when `signal` ends it, or ingest closes.
 */
export async function offer(
  take: () => Promise<unknown>,
  signal: AbortSignal,
  onRetry: (error: unknown) => void = () => undefined,
): Promise<unknown> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      await take();
      return undefined;
    } catch (error) {
      if (error instanceof IngestClosedError) throw error;
      if (!isWorthAnotherTry(error)) return error;
      onRetry(error);
      await delay(waitMs, undefined, { signal });
    }
  }
}

// An agent whose batch lies too far ahead has been told what is missing, and sends both again.
function isWorthAnotherTry(error: unknown): boolean {
  return isRetriable(error) && !(error instanceof SeqAheadError);
}
