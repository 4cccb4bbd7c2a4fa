import { describe, expect, it } from "vitest";
import { outdatedBy } from "./connection.ts";
import { holdBack } from "./held-rows.ts";

describe("rows that come while somebody reads", () => {
  it("keeps the places of the rows that are shown and takes their new values", () => {
    const fresh = [
      { id: "new", money: 90 },
      { id: "b", money: 50 },
      { id: "a", money: 10 },
    ];
    expect(holdBack(["a", "b"], fresh)).toEqual({
      rows: [
        { id: "a", money: 10 },
        { id: "b", money: 50 },
      ],
      waiting: 1,
    });
  });

  it("lets rows go that have ended", () => {
    expect(holdBack(["a", "gone"], [{ id: "a" }])).toEqual({ rows: [{ id: "a" }], waiting: 0 });
  });
});

describe("live events", () => {
  it("make exactly the answers old that they concern", () => {
    expect(outdatedBy(["report"])).toEqual(new Set(["reports"]));
    expect(outdatedBy(["anomaly", "ticket"]).has("overview")).toBe(true);
    expect(outdatedBy(["anomaly", "ticket"]).has("meters")).toBe(false);
  });
});
