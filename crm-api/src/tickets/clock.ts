import type { TicketState } from "@nightflow/domain";

/** How a limit stands: met in time, still running, close (80 % used), broken, or stopped while others are waited for. */
export type TicketClockState = "met" | "due" | "at_risk" | "breached" | "paused";

/** One time limit of a ticket. */
export interface TicketLimit {
  readonly openedAtMs: number;
  readonly dueAtMs: number | null;
  readonly doneAtMs: number | null;
  readonly state: TicketState;
}

const AT_RISK_SHARE = 0.8;
const PAUSES: ReadonlySet<TicketState> = new Set(["waiting_customer", "waiting_third"]);
const ENDED: ReadonlySet<TicketState> = new Set(["closed", "cancelled", "duplicate"]);

/** Whether a ticket's clock stands still in a state. */
export function isPaused(state: TicketState): boolean {
  return PAUSES.has(state);
}

/** How a limit stands now (DOMAIN 3.12). A ticket without the limit, or ended without needing it, has met it. */
export function clockOf(limit: TicketLimit, nowMs: number): TicketClockState {
  const { dueAtMs, doneAtMs } = limit;
  if (dueAtMs === null) return "met";
  if (doneAtMs !== null) return doneAtMs <= dueAtMs ? "met" : "breached";
  if (ENDED.has(limit.state)) return "met";
  if (isPaused(limit.state)) return "paused";
  if (nowMs > dueAtMs) return "breached";
  const used = (nowMs - limit.openedAtMs) / Math.max(1, dueAtMs - limit.openedAtMs);
  return used >= AT_RISK_SHARE ? "at_risk" : "due";
}
