import { z } from "zod";
import type { CauseGroup } from "./anomaly.ts";

/** Kinds of tickets; `contact` asks an account manager to talk to a key account. */
export const TicketKind = z.enum(["enquiry", "fault", "complaint", "anomaly", "contact"]);
export type TicketKind = z.infer<typeof TicketKind>;

export const TicketPriority = z.enum(["P1", "P2", "P3", "P4"]);
export type TicketPriority = z.infer<typeof TicketPriority>;

export const TicketSource = z.enum(["hotline", "mayor_line", "12315", "app", "anomaly", "crew", "kam"]);
export type TicketSource = z.infer<typeof TicketSource>;

/** States of a ticket (DOMAIN 3.8). */
export const TicketState = z.enum([
  "new",
  "accepted",
  "in_progress",
  "waiting_customer",
  "waiting_third",
  "waiting_parts",
  "resolved",
  "follow_up",
  "closed",
  "reopened",
  "cancelled",
  "duplicate",
]);
export type TicketState = z.infer<typeof TicketState>;

const NEXT: Readonly<Record<TicketState, readonly TicketState[]>> = {
  new: ["accepted", "cancelled", "duplicate"],
  accepted: ["in_progress", "cancelled", "duplicate"],
  in_progress: ["waiting_customer", "waiting_third", "waiting_parts", "resolved", "cancelled", "duplicate"],
  waiting_customer: ["in_progress"],
  waiting_third: ["in_progress"],
  waiting_parts: ["in_progress"],
  resolved: ["follow_up", "reopened"],
  follow_up: ["closed", "reopened"],
  closed: ["reopened"],
  reopened: ["accepted", "in_progress", "cancelled"],
  cancelled: [],
  duplicate: [],
};

/** The states that a ticket may move to from `state`. */
export function nextTicketStates(state: TicketState): readonly TicketState[] {
  return NEXT[state];
}

/** States in which a ticket still holds its key (subject + cause group): later findings join it. */
export const OPEN_TICKET_STATES = [
  "new",
  "accepted",
  "in_progress",
  "waiting_customer",
  "waiting_third",
  "waiting_parts",
  "resolved",
  "follow_up",
  "reopened",
] as const satisfies readonly TicketState[];

/** What a follow-up found out. */
export const FollowUpResult = z.enum(["satisfied", "neutral", "unsatisfied"]);
export type FollowUpResult = z.infer<typeof FollowUpResult>;

/** Why a ticket may close without a follow-up. */
export const FollowUpExemption = z.enum(["unreachable", "anonymous", "internal"]);
export type FollowUpExemption = z.infer<typeof FollowUpExemption>;

/** Findings with the same key share one open ticket. */
export function ticketKeyOf(subject: string, group: CauseGroup): string {
  return `${subject}|${group}`;
}
