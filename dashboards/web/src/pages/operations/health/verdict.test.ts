import { describe, expect, it } from "vitest";
import type { Trouble } from "./queries.ts";
import { isStale, verdictOf } from "./verdict.ts";

const trouble = (code: Trouble["code"], level: Trouble["level"]): Trouble => ({
  code,
  level,
  subjects: [],
  count: null,
  why: null,
  since: 0,
  isSinceAtLeast: false,
});
const heard = { health: { troubles: [] as Trouble[] }, heardAtMs: 1000, nowMs: 3000, hasFailed: false };

describe("the line on top", () => {
  it("says that all is well only while somebody answers", () => {
    expect(verdictOf(heard)).toEqual({ kind: "good" });
    expect(verdictOf({ ...heard, hasFailed: true })).toEqual({ kind: "unheard", heardAtMs: 1000 });
    expect(verdictOf({ ...heard, nowMs: 60_000 })).toEqual({ kind: "unheard", heardAtMs: 1000 });
  });

  it("tells the worst first and holds the others", () => {
    const troubles = [trouble("store_away", "alarm"), trouble("jobs_dead", "warning")];
    expect(verdictOf({ ...heard, health: { troubles } })).toEqual({
      kind: "alarm",
      worst: troubles[0],
      others: [troubles[1]],
    });
  });

  it("takes figures for old after three missed looks", () => {
    expect(isStale({ heardAtMs: 0, nowMs: 14_000 })).toBe(false);
    expect(isStale({ heardAtMs: 0, nowMs: 16_000 })).toBe(true);
  });
});
