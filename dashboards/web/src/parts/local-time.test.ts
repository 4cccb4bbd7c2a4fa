import { describe, expect, it } from "vitest";
import { instantOf, localText } from "./local-time.ts";

describe("a local time in a field", () => {
  it("is the utility's, and gives back the instant that it was made of", () => {
    const at = Date.UTC(2026, 9, 21, 2, 5, 7);
    expect(localText(at, "Asia/Shanghai")).toBe("2026-10-21 10:05:07");
    expect(instantOf("2026-10-21 10:05:07", "Asia/Shanghai")).toBe(at);
    expect(instantOf("2026-10-21T10:05", "Asia/Shanghai")).toBe(Date.UTC(2026, 9, 21, 2, 5));
  });

  it("names no instant when there is none such", () => {
    for (const text of ["2026-13-01 00:00", "2026-02-30 00:00", "yesterday", ""])
      expect(instantOf(text, "Asia/Shanghai")).toBeUndefined();
    expect(instantOf("2026-03-29 02:30", "Europe/Berlin")).toBeUndefined();
  });
});
