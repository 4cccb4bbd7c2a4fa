import { expect, test } from "vitest";
import { closedSpans } from "./closed-spans.ts";

test("hours in which nobody works are spans, whether off the shifts or shut down", () => {
  const plans = ["usual", "off", "shutdown", "working", "off"] as const;
  const hours = plans.map((plan, at) => ({ startAt: at * 3_600_000, plan }));
  expect(closedSpans(hours)).toEqual([
    { fromMs: 3_600_000, toMs: 10_800_000 },
    { fromMs: 14_400_000, toMs: 18_000_000 },
  ]);
});
