import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Pause } from "../../timers.ts";

/** So that a fault that comes with every poll does not fill the log. */
const REST_MS = 5000;

/** Tells of a fault of the agent's own in one poll, and waits a while: it must end neither the line nor the agent. */
export async function restAfter(
  error: unknown,
  { bus, logger, pause }: { readonly bus: string; readonly logger: Logger; readonly pause: Pause },
): Promise<void> {
  logger.error({ bus, error: describeError(error) }, "a poll failed in the agent itself; reading goes on");
  await pause.wait(REST_MS);
}
