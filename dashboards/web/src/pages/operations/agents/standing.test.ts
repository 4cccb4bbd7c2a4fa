import { describe, expect, it } from "vitest";
import { daysLeft, faultsOf, inGroups, isConnected, orderOf } from "./standing.ts";

const DAY_MS = 86_400_000;
const form = { site: "town", agent: "", uses: 3, hours: 72, note: " for the south " };

describe("a certificate", () => {
  it("ends in whole days that are left, and has ended when none is", () => {
    expect(daysLeft(10 * DAY_MS, 0)).toBe(10);
    expect(daysLeft(DAY_MS / 2, 0)).toBe(0);
    expect(daysLeft(0, 1)).toBe(-1);
  });

  it("has a fingerprint that can be compared group by group", () => {
    expect(inGroups("5f0c12ab9")).toBe("5f0c 12ab 9");
    expect(inGroups("")).toBe("");
  });
});

describe("a token", () => {
  it("for any new agent serves as often as is said; for one by name once", () => {
    expect(orderOf(form)).toEqual({ site: "town", uses: 3, hours: 72, note: "for the south" });
    expect(orderOf({ ...form, agent: " gw-1 " })).toEqual({
      site: "town",
      agent: "gw-1",
      uses: 1,
      hours: 72,
      note: "for the south",
    });
  });

  it("is not ordered before it can be made", () => {
    expect(faultsOf(form)).toEqual([]);
    expect(faultsOf({ ...form, site: "a/b", agent: "#", uses: 0, hours: 9000 })).toEqual([
      "site",
      "agent",
      "uses",
      "hours",
    ]);
  });
});

it("an agent that was put out is not connected, whatever its last message said", () => {
  expect(isConnected({ isOnline: true, standing: "revoked" })).toBe(false);
  expect(isConnected({ isOnline: true, standing: "good" })).toBe(true);
  expect(isConnected({ isOnline: null, standing: "good" })).toBe(false);
});
