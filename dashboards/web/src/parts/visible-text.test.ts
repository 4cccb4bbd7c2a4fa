import { describe, expect, it } from "vitest";
import { visibleText } from "./visible-text.ts";

describe("a text from outside", () => {
  it("shows what cannot be seen, and what would turn the writing round", () => {
    expect(visibleText("a\u0000b\u202Ec\u200B")).toBe("a\\u0000b\\u202Ec\\u200B");
  });

  it("keeps words of any language, lines and tabs", () => {
    expect(visibleText("水表\t12\n<b>")).toBe("水表\t12\n<b>");
  });
});
