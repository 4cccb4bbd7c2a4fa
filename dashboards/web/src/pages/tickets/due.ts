import type { TicketRow } from "../../api/queries.ts";

/** The limit of a ticket that comes next: the answer until somebody has given it, then the solution. */
export interface NextLimit {
  readonly what: "answer" | "solve";
  readonly at: number | null;
  readonly clock: TicketRow["resolveClock"];
}

type Limits = Pick<TicketRow, "firstResponseAt" | "respondBy" | "respondClock" | "resolveBy" | "resolveClock">;

/** What a ticket waits for next, and until when. */
export function nextLimitOf(ticket: Limits): NextLimit {
  if (ticket.firstResponseAt === null && ticket.respondBy !== null)
    return { what: "answer", at: ticket.respondBy, clock: ticket.respondClock };
  return { what: "solve", at: ticket.resolveBy, clock: ticket.resolveClock };
}
