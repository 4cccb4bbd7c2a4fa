import { describe, expect, it } from "vitest";
import { tabsFor } from "./tabs.ts";

describe("the tabs of the operations pages", () => {
  it("show nobody what he may not open", () => {
    const rights = ["operations.health.read", "collection.set_aside.read"] as const;
    expect(tabsFor(rights).map((tab) => tab.word)).toEqual(["health", "setAside", "quarantine", "devices"]);
  });
});
