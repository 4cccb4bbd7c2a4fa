import { NightflowError } from "@nightflow/domain";

/** Something outside did not answer in time. */
export class NoAnswerError extends NightflowError {
  readonly code = "INGEST_NO_ANSWER";
  readonly retriable = true;
}

/** What `work` gives, unless it takes too long. @throws {NoAnswerError} after `timeoutMs` of real time. */
export async function withinTime<Result>(work: Promise<Result>, timeoutMs: number, who: string): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new NoAnswerError(`${who} did not answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
