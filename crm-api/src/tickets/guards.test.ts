import { TicketState } from "@nightflow/domain";
import { expect, test } from "vitest";
import { judgeMove, type TicketFacts, type TicketMove } from "./guards.ts";

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;

function judge(ticket: Partial<TicketFacts>, move: TicketMove) {
  const facts = { state: "new", cause: null, result: null, closedAtMs: null, attempts: { count: 0, days: 0 } } as const;
  const verdict = judgeMove({ ...facts, ...ticket }, move, NOW);
  return "refusal" in verdict ? verdict.refusal.code : verdict.to;
}

test("a ticket is carried from new to closed by one step after the other", () => {
  expect(judge({ state: "new" }, { to: "accepted" })).toBe("accepted");
  expect(judge({ state: "accepted" }, { to: "in_progress" })).toBe("in_progress");
  expect(judge({ state: "in_progress" }, { to: "resolved", cause: "pipe", result: "mended" })).toBe("resolved");
  expect(judge({ state: "resolved" }, { to: "follow_up" })).toBe("follow_up");
  expect(judge({ state: "follow_up" }, { to: "closed", followUpResult: "satisfied" })).toBe("closed");
});

test("no step can be left out", () => {
  for (const to of TicketState.options.filter((state) => !["accepted", "cancelled", "duplicate"].includes(state)))
    expect(judge({ state: "new" }, { to, note: "x", cause: "c", result: "r" })).toBe("TICKET_MOVE_NOT_ALLOWED");
});

test("a ticket is not resolved without cause and result, whether given now or before", () => {
  expect(judge({ state: "in_progress" }, { to: "resolved", cause: "pipe" })).toBe("TICKET_MOVE_INCOMPLETE");
  expect(judge({ state: "in_progress" }, { to: "resolved", cause: "pipe", result: "  " })).toBe(
    "TICKET_MOVE_INCOMPLETE",
  );
  expect(judge({ state: "in_progress", cause: "pipe" }, { to: "resolved", result: "mended" })).toBe("resolved");
});

test("a ticket is not closed without a follow-up or an exemption", () => {
  expect(judge({ state: "follow_up" }, { to: "closed" })).toBe("TICKET_MOVE_INCOMPLETE");
  expect(judge({ state: "follow_up" }, { to: "closed", followUpExemption: "internal" })).toBe("closed");
});

test("an unsatisfied customer reopens the ticket instead of closing it", () => {
  expect(judge({ state: "follow_up" }, { to: "closed", followUpResult: "unsatisfied" })).toBe("reopened");
  expect(judge({ state: "follow_up" }, { to: "reopened", followUpResult: "unsatisfied" })).toBe("reopened");
});

test("a customer counts as unreachable after three attempts on two days, not before", () => {
  const close: TicketMove = { to: "closed", followUpExemption: "unreachable" };
  expect(judge({ state: "follow_up", attempts: { count: 2, days: 2 } }, close)).toBe("TICKET_ATTEMPTS_MISSING");
  expect(judge({ state: "follow_up", attempts: { count: 3, days: 1 } }, close)).toBe("TICKET_ATTEMPTS_MISSING");
  expect(judge({ state: "follow_up", attempts: { count: 3, days: 2 } }, close)).toBe("closed");
});

test("a closed ticket is reopened with a reason, and within 30 days only", () => {
  const reopen: TicketMove = { to: "reopened", note: "it leaks again" };
  expect(judge({ state: "closed", closedAtMs: NOW - 29 * DAY_MS }, reopen)).toBe("reopened");
  expect(judge({ state: "closed", closedAtMs: NOW - 31 * DAY_MS }, reopen)).toBe("TICKET_REOPEN_TOO_LATE");
  expect(judge({ state: "closed", closedAtMs: NOW }, { to: "reopened" })).toBe("TICKET_MOVE_INCOMPLETE");
});

test.each(["waiting_customer", "waiting_third", "waiting_parts", "cancelled"] as const)("%s needs a reason", (to) => {
  expect(judge({ state: "in_progress" }, { to })).toBe("TICKET_MOVE_INCOMPLETE");
  expect(judge({ state: "in_progress" }, { to, note: "the owner is away" })).toBe(to);
});

test("a refusal says in words what is missing and where the ticket can go", () => {
  const facts = {
    state: "resolved",
    cause: "c",
    result: "r",
    closedAtMs: null,
    attempts: { count: 0, days: 0 },
  } as const;
  const verdict = judgeMove(facts, { to: "closed" }, NOW);
  expect("refusal" in verdict && verdict.refusal.message).toBe(
    "a ticket that is resolved cannot become closed; it can go to follow_up, reopened",
  );
});
