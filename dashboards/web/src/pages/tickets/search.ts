import { oneOf, type RawSearch, textOf } from "../../api/search.ts";
import { type TicketKind, type TicketState, vocabularyKeys } from "../../words/vocabulary.ts";

export type TicketPriority = "P1" | "P2" | "P3" | "P4";
export const PRIORITIES = ["P1", "P2", "P3", "P4"] as const;

/** Filters and selection of the tickets page, as the address holds them. Without `state`: open ones, next due first. */
export interface TicketsSearch {
  readonly state?: TicketState | "all" | undefined;
  readonly mine?: true | undefined;
  readonly kind?: TicketKind | undefined;
  readonly priority?: TicketPriority | undefined;
  readonly q?: string | undefined;
  readonly sort?: "newest" | undefined;
  readonly ticket?: string | undefined;
}

/** The filters and the selection that an address asks for; what does not exist is left out. */
export function ticketsSearch(search: RawSearch): TicketsSearch {
  return {
    state: oneOf(search.state, [...vocabularyKeys("ticketState"), "all"] as const),
    mine: search.mine === true ? true : undefined,
    kind: oneOf(search.kind, vocabularyKeys("ticketKind")),
    priority: oneOf(search.priority, PRIORITIES),
    q: textOf(search.q),
    sort: oneOf(search.sort, ["newest"]),
    ticket: textOf(search.ticket),
  };
}
