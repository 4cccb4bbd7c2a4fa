import { RuleCode } from "@nightflow/domain";
import { expect, test } from "vitest";
import { clockOf } from "./clock.ts";
import { type TicketOccasion, ticketKindOf, ticketLimitsOf, ticketNumber, ticketPriorityOf } from "./policy.ts";
import { ruleWords, ticketTitle } from "./words.ts";

const HOUR_MS = 3_600_000;

function occasion(what: Partial<TicketOccasion>): TicketOccasion {
  return { rule: "CONT_FLOW", group: "leak", moneyPerDay: 10, isKeyAccount: false, ...what };
}

test("a ticket's number names the year and counts on", () => {
  expect(ticketNumber(2026, 123)).toBe("T-2026-000123");
  expect(ticketNumber(2026, 1_234_567)).toBe("T-2026-1234567");
});

test("only a key account's changed usage becomes a contact task", () => {
  expect(ticketKindOf(occasion({ group: "usage_change", isKeyAccount: true }))).toBe("contact");
  expect(ticketKindOf(occasion({ group: "usage_change" }))).toBe("anomaly");
  expect(ticketKindOf(occasion({ isKeyAccount: true }))).toBe("anomaly");
});

test("safety goes first, dear leaks and bursts before cheap leaks, communication last", () => {
  const priority = (what: Partial<TicketOccasion>) => ticketPriorityOf(occasion(what), 50);
  expect(priority({ group: "safety" })).toBe("P1");
  expect(priority({ moneyPerDay: 50 })).toBe("P2");
  expect(priority({ rule: "BURST", moneyPerDay: 1 })).toBe("P2");
  expect(priority({ moneyPerDay: 49 })).toBe("P3");
  expect(priority({ group: "usage_change", isKeyAccount: true })).toBe("P2");
  expect(priority({ group: "comms" })).toBe("P4");
});

test("time limits follow the matrix: gas in five minutes, a burst in a day, a key account within two hours", () => {
  const limits = (what: Partial<TicketOccasion>) =>
    ticketLimitsOf(occasion(what), ticketPriorityOf(occasion(what), 50));
  expect(limits({ group: "safety" })).toEqual({ respondMs: 300_000, resolveMs: 24 * HOUR_MS });
  expect(limits({ rule: "BURST" })).toEqual({ respondMs: HOUR_MS, resolveMs: 24 * HOUR_MS });
  expect(limits({ group: "usage_change", isKeyAccount: true }).respondMs).toBe(2 * HOUR_MS);
  expect(limits({ group: "comms", isKeyAccount: true }).resolveMs).toBe(24 * HOUR_MS);
  expect(limits({ group: "comms" }).resolveMs).toBe(120 * HOUR_MS);
});

test("every rule has words in both languages, and a title says what and where", () => {
  for (const rule of RuleCode.options) expect(ruleWords(rule).zh && ruleWords(rule).en).toBeTruthy();
  const title = ticketTitle("CONT_FLOW", "M-0001", { zh: "幸福路 3 号", en: "3 Xingfu Rd" });
  expect(title.zh).toBe("持续用水，疑似漏水：幸福路 3 号（M-0001）");
  expect(title.en).toBe("Flow never stops, probably a leak: 3 Xingfu Rd (M-0001)");
});

test("a limit is due, then at risk from four fifths on, then breached; waiting stops it", () => {
  const limit = { openedAtMs: 0, dueAtMs: 100, doneAtMs: null, state: "new" } as const;
  expect([10, 80, 101].map((now) => clockOf(limit, now))).toEqual(["due", "at_risk", "breached"]);
  expect(clockOf({ ...limit, state: "waiting_customer" }, 500)).toBe("paused");
  expect(clockOf({ ...limit, doneAtMs: 100 }, 500)).toBe("met");
  expect(clockOf({ ...limit, doneAtMs: 101 }, 500)).toBe("breached");
});
