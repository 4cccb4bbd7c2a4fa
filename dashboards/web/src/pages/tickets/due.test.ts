import { describe, expect, it } from "vitest";
import { nextLimitOf } from "./due.ts";

const limits = { respondBy: 10, respondClock: "due", resolveBy: 50, resolveClock: "at_risk" } as const;

describe("what a ticket waits for", () => {
  it("is the first answer, until somebody has given it", () => {
    expect(nextLimitOf({ ...limits, firstResponseAt: null })).toEqual({ what: "answer", at: 10, clock: "due" });
  });

  it("is the solution afterwards", () => {
    expect(nextLimitOf({ ...limits, firstResponseAt: 5 })).toEqual({ what: "solve", at: 50, clock: "at_risk" });
  });
});
