import { describe, expect, it } from "vitest";
import { waitOf } from "./wait.ts";

describe("how long a queue has kept its oldest job waiting", () => {
  it("is told in the unit that reads well", () => {
    expect(waitOf(0.4)).toBeNull();
    expect(waitOf(59.9)).toEqual({ word: "seconds", count: 59 });
    expect(waitOf(3599)).toEqual({ word: "minutes", count: 59 });
    expect(waitOf(7300)).toEqual({ word: "hours", count: 2 });
  });
});
