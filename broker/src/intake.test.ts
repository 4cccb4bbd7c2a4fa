import { describe, expect, it, vi } from "vitest";
import { IntakeGate, type IntakeOutcome, type ReadingsIntake } from "./intake.ts";
import type { Identity } from "./rights.ts";

const agent = (name: string): Identity => ({ name, role: "agent", site: "town" });
const PAYLOAD = new Uint8Array();

/** A store whose answers the test gives. */
function heldStore() {
  const calls: { topic: string; answer: (outcome: "stored" | "set-aside") => void; fail: (error: Error) => void }[] =
    [];
  const intake: ReadingsIntake = {
    take: (topic) => new Promise((answer, fail) => void calls.push({ topic, answer, fail })),
  };
  return { calls, intake };
}

function gateOn(intake: ReadingsIntake, maxPending = 2, timeoutMs = 60_000) {
  const rejected: unknown[] = [];
  const gate = new IntakeGate({ intake, maxPending, timeoutMs, onRejected: (error) => rejected.push(error) });
  const outcomes: [string, IntakeOutcome][] = [];
  const pass = (topic: string, name = "gw-1") =>
    gate.pass(topic, PAYLOAD, agent(name), (outcome) => outcomes.push([topic, outcome]));
  return { gate, pass, outcomes, rejected };
}

describe("IntakeGate", () => {
  it("says nothing before the store has answered", async () => {
    const { calls, intake } = heldStore();
    const { gate, pass, outcomes } = gateOn(intake);
    pass("a");
    expect(outcomes).toEqual([]);
    calls[0]?.answer("stored");
    await vi.waitFor(() => expect(outcomes).toEqual([["a", "stored"]]));
    expect(gate.stats()).toEqual({ pending: 0, waiting: 0, stored: 1, setAside: 0, held: 0 });
  });

  it("lets only its window into the store, and the rest follow in order", async () => {
    const { calls, intake } = heldStore();
    const { gate, pass } = gateOn(intake, 2);
    for (const topic of ["a", "b", "c", "d"]) pass(topic);
    expect(calls.map(({ topic }) => topic)).toEqual(["a", "b"]);
    expect(gate.stats()).toMatchObject({ pending: 2, waiting: 2 });
    calls[1]?.answer("set-aside");
    await vi.waitFor(() => expect(calls.map(({ topic }) => topic)).toEqual(["a", "b", "c"]));
    expect(gate.stats()).toMatchObject({ pending: 2, waiting: 1, setAside: 1 });
  });

  it("gives one agent's window to nobody else", () => {
    const { calls, intake } = heldStore();
    const { pass } = gateOn(intake, 1);
    pass("a", "gw-1");
    pass("b", "gw-1");
    pass("c", "gw-2");
    expect(calls.map(({ topic }) => topic)).toEqual(["a", "c"]);
  });

  it("gives the place back when the store refuses, throws at once, or stores", async () => {
    const answers = [
      () => Promise.reject(new Error("down")),
      () => {
        throw new Error("broken");
      },
      () => Promise.resolve("stored" as const),
    ];
    const { gate, pass, outcomes, rejected } = gateOn({ take: () => (answers.shift() ?? answers[0])?.() as never }, 1);
    for (const topic of ["a", "b", "c"]) pass(topic);
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(outcomes.map(([, outcome]) => outcome)).toEqual(["held", "held", "stored"]);
    expect(rejected).toHaveLength(2);
    expect(gate.stats()).toMatchObject({ pending: 0, waiting: 0 });
  });

  it("gives a batch back after the time limit, but its place only when the store has answered", async () => {
    vi.useFakeTimers();
    try {
      const { calls, intake } = heldStore();
      const { gate, pass, outcomes } = gateOn(intake, 1, 1000);
      pass("a");
      pass("b");
      await vi.advanceTimersByTimeAsync(1000);
      expect(outcomes).toEqual([
        ["a", "held"],
        ["b", "held"],
      ]);
      expect(gate.stats()).toMatchObject({ pending: 1, waiting: 0, held: 2 });
      calls[0]?.answer("stored");
      await vi.advanceTimersByTimeAsync(0);
      expect(outcomes).toHaveLength(2);
      expect(gate.stats()).toMatchObject({ pending: 0, stored: 0 });
    } finally {
      vi.useRealTimers();
    }
  });

  it("is idle when the last batch has been answered", async () => {
    const { calls, intake } = heldStore();
    const { gate, pass } = gateOn(intake);
    await gate.idle(60_000);
    pass("a");
    let isIdle = false;
    const idle = gate.idle(60_000).then(() => {
      isIdle = true;
    });
    expect(isIdle).toBe(false);
    calls[0]?.fail(new Error("down"));
    await idle;
    expect(isIdle).toBe(true);
  });
});
