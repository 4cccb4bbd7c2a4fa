import type { CommandKind } from "@nightflow/domain";

const MINUTE_MS = 60_000;

/** How long an agent may be away before a command to it is worthless, and how long carrying it out may take. */
export const COMMAND_TIMES: Readonly<Record<CommandKind, { readonly ttlMs: number; readonly timeoutMs: number }>> = {
  "read-now": { ttlMs: MINUTE_MS, timeoutMs: 2 * MINUTE_MS },
  retry: { ttlMs: MINUTE_MS, timeoutMs: 10_000 },
  "re-read": { ttlMs: 5 * MINUTE_MS, timeoutMs: 10 * MINUTE_MS },
  "test-read": { ttlMs: MINUTE_MS, timeoutMs: MINUTE_MS },
  probe: { ttlMs: MINUTE_MS, timeoutMs: 10 * MINUTE_MS },
  certificate: { ttlMs: 5 * MINUTE_MS, timeoutMs: 10_000 },
  // A person stands at the customer's door while a valve turns: better not at all than an hour later.
  valve: { ttlMs: MINUTE_MS, timeoutMs: 3 * MINUTE_MS },
};

/** Commands of one agent that may be open at a time. */
export const MOST_OPEN_COMMANDS = 50;

/** A valve that nobody has decided about is not turned any more after this. */
export const APPROVAL_MS = 24 * 60 * MINUTE_MS;

/** After ttl and time-out a reply has this long to arrive. */
export const REPLY_SLACK_MS = 15_000;
