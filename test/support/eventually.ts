const LOOK_EVERY_MS = 100;

/**
 * What `look` gives as soon as it gives something; looks again and again until then.
 *
 * @throws {Error} naming `what` when that has not happened within `deadlineMs`, with the last error that `look` threw.
 */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined> | Value | undefined,
  deadlineMs = 120_000,
): Promise<Value> {
  const until = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined) return value;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > until) throw new Error(`${what} did not come within ${deadlineMs} ms`, { cause: lastError });
    await pause(LOOK_EVERY_MS);
  }
}

/** Lets real time pass; for tests in which the moment itself is the point, such as that of a kill. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
