import { describe, expect, test } from "vitest";
import { OUTAGE_PACE, OutageGate, REFUSAL_PACE } from "./outage-gate.ts";

describe("calls to an InfluxDB that fails", () => {
  test("an outage of six hours costs some thousands of calls, and none waits longer than 15 s for its end", () => {
    let nowMs = 0;
    const gate = new OutageGate(
      () => 0.5,
      () => nowMs,
    );
    let calls = 0;
    let longestMs = 0;
    while (nowMs < 6 * 3_600_000) {
      calls++;
      gate.failed(OUTAGE_PACE);
      longestMs = Math.max(longestMs, gate.waitMs);
      nowMs += gate.waitMs;
    }
    expect(calls).toBeLessThan(2200);
    expect(longestMs).toBeLessThanOrEqual(15_000);
    gate.succeeded();
    expect([gate.waitMs, gate.failures]).toEqual([0, 0]);
  });

  test("processes that failed together come back apart from one another", () => {
    const waits = Array.from({ length: 20 }, (_, i) => {
      const gate = new OutageGate(
        () => i / 20,
        () => 0,
      );
      for (let failures = 0; failures < 10; failures++) gate.failed(OUTAGE_PACE);
      return gate.waitMs;
    });
    expect(new Set(waits.map((waitMs) => Math.floor(waitMs / 500))).size).toBeGreaterThanOrEqual(19);
  });

  test("a refused token is asked with again after a second, later once a minute", () => {
    const gate = new OutageGate(
      () => 0.5,
      () => 0,
    );
    gate.failed(REFUSAL_PACE);
    expect(gate.waitMs).toBe(1000);
    for (let i = 0; i < 10; i++) gate.failed(REFUSAL_PACE);
    expect(gate.waitMs).toBe(60_000);
  });

  test("one refusal behind a long outage waits a second, not the minute of refusals that last", () => {
    const gate = new OutageGate(
      () => 0.5,
      () => 0,
    );
    for (let i = 0; i < 10; i++) gate.failed(OUTAGE_PACE);
    gate.failed(REFUSAL_PACE);
    expect([gate.waitMs, gate.failures]).toEqual([1000, 11]);
  });
});
