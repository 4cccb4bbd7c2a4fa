import { describe, expect, it } from "vitest";
import { oneOf, textOf } from "./search.ts";

describe("what the address carries", () => {
  it("takes a number that somebody searched for as text", () => {
    expect(textOf(123)).toBe("123");
    expect(textOf("m-17")).toBe("m-17");
  });

  it("ignores what is empty or of another kind", () => {
    for (const value of ["", "  ", null, undefined, {}, true]) expect(textOf(value)).toBeUndefined();
  });

  it("ignores a filter that does not exist", () => {
    expect(oneOf("late", ["good", "late"])).toBe("late");
    expect(oneOf("drop table", ["good", "late"])).toBeUndefined();
  });
});
