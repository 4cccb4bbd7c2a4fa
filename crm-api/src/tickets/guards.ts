import {
  type FollowUpExemption,
  type FollowUpResult,
  nextTicketStates,
  type OutcomeCode,
  type TicketState,
} from "@nightflow/domain";

/** What of a ticket decides which moves it allows. */
export interface TicketFacts {
  readonly state: TicketState;
  readonly cause: string | null;
  readonly result: string | null;
  readonly closedAtMs: number | null;
  /** Follow-up attempts so far: how many, and on how many local days. */
  readonly attempts: { readonly count: number; readonly days: number };
}

/** What a person asks for. */
export interface TicketMove {
  readonly to: TicketState;
  readonly note?: string | undefined;
  readonly cause?: string | undefined;
  readonly result?: string | undefined;
  readonly outcome?: OutcomeCode | undefined;
  readonly followUpResult?: FollowUpResult | undefined;
  readonly followUpExemption?: FollowUpExemption | undefined;
}

/** Why a move is refused, in words for the person who asked. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly remedy: string;
}

/** Where a move ends, or why it is refused. */
export type MoveVerdict = { readonly to: TicketState } | { readonly refusal: Refusal };

const REOPEN_WITHIN_DAYS = 30;
const DAY_MS = 86_400_000;
const ATTEMPTS_NEEDED = { count: 3, days: 2 };
const NEEDS_NOTE: ReadonlySet<TicketState> = new Set([
  "waiting_customer",
  "waiting_third",
  "waiting_parts",
  "cancelled",
  "duplicate",
]);

/**
 * Whether a ticket may make a move, and where it ends: an unsatisfied follow-up reopens instead of closing.
 *
 * @see DOMAIN 3.8
 */
export function judgeMove(ticket: TicketFacts, move: TicketMove, nowMs: number): MoveVerdict {
  const allowed = nextTicketStates(ticket.state);
  if (!allowed.includes(move.to)) return { refusal: notAllowed(ticket.state, move.to, allowed) };
  if (move.to === "closed" && move.followUpResult === "unsatisfied") return { to: "reopened" };
  const refusal = missingFor(ticket, move, nowMs);
  return refusal === null ? { to: move.to } : { refusal };
}

function missingFor(ticket: TicketFacts, move: TicketMove, nowMs: number): Refusal | null {
  if (move.to === "resolved") return causeAndResult(ticket, move);
  if (move.to === "closed") return followUpOrExemption(ticket, move);
  if (move.to === "reopened") return reopening(ticket, move, nowMs);
  if (NEEDS_NOTE.has(move.to) && isBlank(move.note)) return needs(["note"], `to be ${move.to} it needs a reason`);
  return null;
}

function causeAndResult(ticket: TicketFacts, move: TicketMove): Refusal | null {
  const missing = [
    ...(isBlank(move.cause ?? ticket.cause) ? ["cause"] : []),
    ...(isBlank(move.result ?? ticket.result) ? ["result"] : []),
  ];
  return missing.length === 0 ? null : needs(missing, "to be resolved it needs a cause and a result");
}

function followUpOrExemption(ticket: TicketFacts, move: TicketMove): Refusal | null {
  if (move.followUpResult !== undefined) return null;
  if (move.followUpExemption === undefined)
    return needs(["followUpResult", "followUpExemption"], "to be closed it needs a follow-up result or an exemption");
  if (move.followUpExemption !== "unreachable") return null;
  const { count, days } = ticket.attempts;
  if (count >= ATTEMPTS_NEEDED.count && days >= ATTEMPTS_NEEDED.days) return null;
  return {
    code: "TICKET_ATTEMPTS_MISSING",
    message: `"unreachable" needs 3 attempts on 2 days; there are ${count} on ${days}`,
    details: { attempts: count, days },
    remedy: "note each attempt to reach the customer as a follow-up attempt",
  };
}

function reopening(ticket: TicketFacts, move: TicketMove, nowMs: number): Refusal | null {
  if (ticket.state === "closed" && nowMs - (ticket.closedAtMs ?? 0) > REOPEN_WITHIN_DAYS * DAY_MS)
    return {
      code: "TICKET_REOPEN_TOO_LATE",
      message: `it was closed more than ${REOPEN_WITHIN_DAYS} days ago`,
      details: { closedAt: ticket.closedAtMs },
      remedy: "open a new ticket",
    };
  if (isBlank(move.note) && move.followUpResult !== "unsatisfied")
    return needs(["note"], "to be reopened it needs a reason or an unsatisfied follow-up");
  return null;
}

function notAllowed(from: TicketState, to: TicketState, allowed: readonly TicketState[]): Refusal {
  const next = allowed.length === 0 ? "nowhere" : allowed.join(", ");
  return {
    code: "TICKET_MOVE_NOT_ALLOWED",
    message: `a ticket that is ${from} cannot become ${to}; it can go to ${next}`,
    details: { from, to, allowed },
    remedy: "load the ticket again and choose one of its next steps",
  };
}

function needs(fields: readonly string[], message: string): Refusal {
  return { code: "TICKET_MOVE_INCOMPLETE", message, details: { missing: fields }, remedy: "fill in what is missing" };
}

function isBlank(text: string | null | undefined): boolean {
  return text === null || text === undefined || text.trim() === "";
}
