import { describe, expect, it } from "vitest";
import { outcomeParts, standingOf } from "./outcomes.ts";

describe("what a decision came to", () => {
  it("is told best first, without what did not happen", () => {
    const parts = outcomeParts({ dead_letter: 2, stored: 12, conflict: 0 });
    expect(parts).toEqual([
      { word: "stored", count: 12 },
      { word: "dead_letter", count: 2 },
    ]);
    expect(outcomeParts({})).toEqual([]);
  });

  it("is known when the decision says so, whatever its job said last", () => {
    expect(standingOf({ doneAt: 1 }, { state: "running", lastError: null })).toBe("done");
    expect(standingOf({ doneAt: null }, { state: "running", lastError: null })).toBe("running");
  });

  it("says that a try failed while the next one is awaited", () => {
    expect(standingOf({ doneAt: null }, { state: "waiting", lastError: "no store" })).toBe("again");
    expect(standingOf({ doneAt: null }, { state: "waiting", lastError: null })).toBe("waiting");
    expect(standingOf({ doneAt: null }, { state: "dead", lastError: "no store" })).toBe("dead");
  });
});
