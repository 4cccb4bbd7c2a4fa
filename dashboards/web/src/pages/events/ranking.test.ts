import { describe, expect, it } from "vitest";
import { isUrgent, rankEvents } from "./ranking.ts";

describe("the order of events", () => {
  it("puts safety before money", () => {
    const rows = [
      { id: "leak", causeGroup: "leak", rank: 900 },
      { id: "gas", causeGroup: "safety", rank: 3 },
      { id: "burst", causeGroup: "leak", rank: 1500 },
    ] as const;
    expect(rankEvents(rows).map((row) => row.id)).toEqual(["gas", "burst", "leak"]);
  });

  it("shows an event once that two lists hold", () => {
    const gas = { id: "gas", causeGroup: "safety", rank: 3 } as const;
    expect(rankEvents([gas, gas])).toHaveLength(1);
  });

  it("calls for action until somebody has taken it up", () => {
    expect(isUrgent({ causeGroup: "safety", rule: "GAS_CONT", state: "open" })).toBe(true);
    expect(isUrgent({ causeGroup: "safety", rule: "GAS_CONT", state: "investigating" })).toBe(false);
    expect(isUrgent({ causeGroup: "leak", rule: "CONT_FLOW", state: "open" })).toBe(false);
  });
});
