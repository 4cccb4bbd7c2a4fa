import { describe, expect, it } from "vitest";
import { nextTicketStates, OPEN_TICKET_STATES, TicketState, ticketKeyOf } from "./ticket.ts";

const ENDS = ["closed", "cancelled", "duplicate"] as const;

/** The states that can be reached from `state`, itself included. */
function reachable(state: TicketState, seen = new Set<TicketState>()): Set<TicketState> {
  if (seen.has(state)) return seen;
  seen.add(state);
  for (const next of nextTicketStates(state)) reachable(next, seen);
  return seen;
}

describe("a ticket", () => {
  it("goes the whole way to closed, one step at a time", () => {
    const way: TicketState[] = ["new", "accepted", "in_progress", "resolved", "follow_up", "closed"];
    way.slice(1).forEach((state, at) => {
      expect(nextTicketStates(way[at] as TicketState)).toContain(state);
    });
  });

  it("never closes without having been resolved and followed up", () => {
    const before = TicketState.options.filter((state) => nextTicketStates(state).includes("closed"));
    expect(before).toEqual(["follow_up"]);
    expect(TicketState.options.filter((state) => nextTicketStates(state).includes("follow_up"))).toEqual(["resolved"]);
  });

  it("comes back from every wait to the work", () => {
    for (const state of ["waiting_customer", "waiting_third", "waiting_parts"] as const) {
      expect(nextTicketStates("in_progress")).toContain(state);
      expect(nextTicketStates(state)).toEqual(["in_progress"]);
    }
  });

  it("can reach every state, and an end from every state", () => {
    expect([...reachable("new")].sort()).toEqual([...TicketState.options].sort());
    for (const state of TicketState.options) expect(ENDS.some((end) => reachable(state).has(end))).toBe(true);
  });

  it("that is cancelled or a duplicate stays so; a closed one can be reopened", () => {
    expect(nextTicketStates("cancelled")).toEqual([]);
    expect(nextTicketStates("duplicate")).toEqual([]);
    expect(nextTicketStates("closed")).toEqual(["reopened"]);
  });

  it("holds its key in every state that is not an end", () => {
    expect([...OPEN_TICKET_STATES, ...ENDS].sort()).toEqual([...TicketState.options].sort());
  });

  it("has one key for each subject and cause group", () => {
    expect(ticketKeyOf("meter:M-1", "leak")).not.toBe(ticketKeyOf("meter:M-1", "comms"));
  });
});
