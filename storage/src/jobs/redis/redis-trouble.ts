import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";

const QUIET_MS = 30_000;

/** Gives what logs troubles with Redis, at most one in half a minute: a server that is away makes several a second. */
export function troubleLog(logger: Logger, message: string): (error: unknown) => void {
  let quietUntilMs = 0;
  return (error) => {
    if (performance.now() < quietUntilMs) return;
    quietUntilMs = performance.now() + QUIET_MS;
    logger.warn({ reason: describeError(error) }, message);
  };
}

/** Wait before the next attempt to reach Redis, in ms. */
export function reconnectWaitMs(attempts: number): number {
  return Math.min(100 * 2 ** Math.min(attempts, 5), 2000);
}
