import { describe, expect, it } from "vitest";
import { isPlainPath, matchPath, mayMatchBelow, parsePath, starsOf } from "./glob.ts";

const match = (path: string, names: string) => matchPath(parsePath(path), names.split("/"));

describe("a path of browse names", () => {
  it.each([
    ["Objects/Plant*/FT-*/Flow", "Objects/Plant1/FT-101/Flow", ["1", "101"]],
    ["Objects/Plant*/FT-*/Flow", "Objects/Plant1/LT-101/Flow", undefined],
    ["Objects/Plant?/Flow", "Objects/Plant1/Flow", []],
    ["Objects/Plant?/Flow", "Objects/Plant12/Flow", undefined],
    ["Objects/**/Flow", "Objects/Flow", []],
    ["Objects/**/Flow", "Objects/a/b/c/Flow", []],
    ["Objects/A+B (1)", "Objects/A+B (1)", []],
    ["Objects/A\\*", "Objects/A*", []],
    ["Objects/A\\*", "Objects/AB", undefined],
    ["Objects/DB\\/1", "Objects/DB", undefined],
  ])("%s and %s give %j", (path, names, captures) => {
    expect(match(path, names)).toEqual(captures);
  });

  it("says how many of its stars stand for something", () => {
    expect(["Objects/Plant*/**/FT-*x*", "Objects/A\\*", "Objects"].map(starsOf)).toEqual([3, 0, 0]);
  });

  it("takes a slash with a backslash as part of a name", () => {
    expect(matchPath(parsePath("Objects/DB\\/1"), ["Objects", "DB/1"])).toEqual([]);
  });

  it("says where looking further is worth it", () => {
    const pattern = parsePath("Objects/Plant*/FT-*/Flow");
    expect(mayMatchBelow(pattern, ["Objects", "Plant1"])).toBe(true);
    expect(mayMatchBelow(pattern, ["Objects", "Office"])).toBe(false);
    expect(mayMatchBelow(pattern, ["Objects", "Plant1", "FT-1", "Flow"])).toBe(false);
    expect(mayMatchBelow(parsePath("Objects/**"), ["Objects", "a", "b"])).toBe(true);
  });

  it("is refused with an empty name, and told from a pattern", () => {
    expect(() => parsePath("Objects//Flow")).toThrow(/empty/);
    expect([isPlainPath("Objects/A\\*"), isPlainPath("Objects/A*")]).toEqual([true, false]);
  });
});
