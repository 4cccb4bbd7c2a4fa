import type { AnomalyState, CauseGroup, RuleCode, TicketKind, TicketPriority, TicketState } from "@nightflow/domain";

/** What of a finding decides its ticket. */
export interface TicketOccasion {
  readonly rule: RuleCode;
  readonly group: CauseGroup;
  readonly moneyPerDay: number;
  readonly isKeyAccount: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A key account's changed usage asks its manager to talk to it; everything else is a finding. */
export function ticketKindOf(occasion: TicketOccasion): TicketKind {
  return occasion.group === "usage_change" && occasion.isKeyAccount ? "contact" : "anomaly";
}

/** Priority by group; leaks that cost at least `leakP2PerDay` a day, and bursts, go before the others. */
export function ticketPriorityOf(occasion: TicketOccasion, leakP2PerDay: number): TicketPriority {
  if (occasion.group === "safety") return "P1";
  if (ticketKindOf(occasion) === "contact") return "P2";
  if (occasion.group === "comms") return "P4";
  if (occasion.group !== "leak") return "P3";
  return occasion.rule === "BURST" || occasion.moneyPerDay >= leakP2PerDay ? "P2" : "P3";
}

/** How long may pass until someone answers, and until it is solved; wall clock. */
export interface TicketLimits {
  readonly respondMs: number;
  readonly resolveMs: number;
}

/** The default matrix of DOMAIN 3.12; where it names no limit, the next stricter kind's is taken. */
export function ticketLimitsOf(occasion: TicketOccasion, priority: TicketPriority): TicketLimits {
  if (occasion.group === "safety") return { respondMs: 5 * MINUTE_MS, resolveMs: DAY_MS };
  if (occasion.rule === "BURST") return { respondMs: HOUR_MS, resolveMs: DAY_MS };
  if (ticketKindOf(occasion) === "contact") return { respondMs: 2 * HOUR_MS, resolveMs: 3 * DAY_MS };
  if (occasion.group === "comms" && occasion.isKeyAccount) return { respondMs: 2 * HOUR_MS, resolveMs: DAY_MS };
  if (occasion.group === "leak" && priority === "P2") return { respondMs: 2 * HOUR_MS, resolveMs: 2 * DAY_MS };
  return { respondMs: DAY_MS, resolveMs: 5 * DAY_MS };
}

/** A ticket's readable number: `T-2026-000123`, the year by the company's zone. */
export function ticketNumber(year: number, count: number): string {
  return `T-${year}-${String(count).padStart(6, "0")}`;
}

const ANOMALY_OF_TICKET: Partial<Record<TicketState, AnomalyState>> = {
  new: "open",
  accepted: "investigating",
  in_progress: "field_work",
  waiting_customer: "field_work",
  waiting_third: "field_work",
  waiting_parts: "field_work",
  resolved: "monitoring",
  follow_up: "monitoring",
  closed: "closed",
  reopened: "investigating",
  cancelled: "open",
  duplicate: "open",
};

/** The state that live findings of a ticket take when the ticket enters `state`. */
export function anomalyStateOf(state: TicketState): AnomalyState {
  return ANOMALY_OF_TICKET[state] ?? "open";
}
