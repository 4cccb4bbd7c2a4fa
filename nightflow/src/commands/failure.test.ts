import { afterEach, expect, it, vi } from "vitest";
import { exitCodeOf, reportError } from "./failure.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

function reported(error: unknown): string {
  const printed: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  reportError(error);
  return printed.join("");
}

it("what the system refuses is told with what to do, and without a stack", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const text = reported(full);
  expect(text).toContain("nightflow: ENOSPC: no space left on device, write\n  code: ENOSPC\n  what to do: make room");
  expect(text).not.toContain("    at ");
  expect(exitCodeOf(full)).toBe(1);
});

it("what nobody has foreseen is told with its stack", () => {
  expect(reported(new TypeError("x is not a function"))).toContain("    at ");
});
