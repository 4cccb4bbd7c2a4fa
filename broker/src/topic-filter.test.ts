import { describe, expect, it } from "vitest";
import { covers } from "./topic-filter.ts";

describe("a granted filter covers", () => {
  it.each([
    ["meters/+/up", "meters/7/up"],
    ["meters/+/up", "meters/+/up"],
    ["meters/#", "meters"],
    ["meters/#", "meters/7/up"],
    ["meters/#", "meters/+/#"],
    ["meters/7/up", "meters/7/up"],
  ])("%s: %s", (wide, narrow) => expect(covers(wide, narrow)).toBe(true));

  it.each([
    ["meters/+/up", "meters/7/down"],
    ["meters/+/up", "meters/7/up/more"],
    ["meters/+/up", "meters/#"],
    ["meters/7/up", "meters/+/up"],
    ["meters/+", "meters"],
    ["meters/#", "other/7"],
    ["meters/7", "#"],
  ])("not %s: %s", (wide, narrow) => expect(covers(wide, narrow)).toBe(false));
});
