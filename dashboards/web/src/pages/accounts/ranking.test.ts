import { describe, expect, it } from "vitest";
import { rankAccounts } from "./ranking.ts";

const account = (id: string, change: number | null, openTickets = 0) => ({
  id,
  openEvents: 0,
  openTickets,
  usage: {
    unit: "m3" as const,
    from: 0,
    to: 1,
    volume: 1,
    previousVolume: 1,
    change,
    completeness: 1,
    previousCompleteness: 1,
  },
});

describe("a manager's accounts", () => {
  it("shows first what is open, then what changed most, up or down", () => {
    const rows = [account("same", 0.01), account("down", -0.4), account("unknown", null), account("open", 0, 1)];
    expect(rankAccounts(rows).map((row) => row.id)).toEqual(["open", "down", "same", "unknown"]);
  });
});
