import { describe, expect, it } from "vitest";
import { firstPageOf, pageAfterSignIn, pagesFor } from "./navigation.ts";

describe("navigation", () => {
  it("shows nobody a page that he may not open", () => {
    expect(pagesFor(["ticket.ticket.read", "meter.meter.read"]).map((entry) => entry.to)).toEqual([
      "/tickets",
      "/meters",
    ]);
  });

  it("brings each role to the page that answers its first question", () => {
    expect(["admin", "control", "collector", "manager", "desk"].map(firstPageOf)).toEqual([
      "/",
      "/",
      "/collection",
      "/accounts",
      "/tickets",
    ]);
  });

  it("returns to the page that was asked for before the sign-in", () => {
    expect(pageAfterSignIn("desk", "/events?state=all")).toBe("/events?state=all");
    expect(pageAfterSignIn("desk", undefined)).toBe("/tickets");
  });

  it("never leads to another site after the sign-in", () => {
    for (const wanted of ["//evil.example", "https://evil.example", "/\\evil.example"])
      expect(pageAfterSignIn("control", wanted)).toBe("/");
  });
});
