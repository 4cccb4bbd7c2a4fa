import { NightflowError } from "@nightflow/domain";

/** Something that was asked for took too long. */
export class TooLateError extends NightflowError {
  readonly code = "TOO_LATE";
  readonly retriable = true;
}

/** What `work` gives. @throws {TooLateError} when it takes longer than `ms`; its own end is then of no interest. */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooLateError(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
