import { setTimeout as delay } from "node:timers/promises";

/** What `work` gives, or an error after `ms` real milliseconds. */
export async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  const limit = new AbortController();
  const tooLong = delay(ms, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    tooLong.catch(() => undefined);
    limit.abort();
  }
}
