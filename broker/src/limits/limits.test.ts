import { ManualClock } from "@nightflow/domain";
import { describe, expect, it, vi } from "vitest";
import { Census } from "./census.ts";
import { TakeoverLimit } from "./takeovers.ts";
import { Throttle } from "./throttle.ts";
import { WaitingLine } from "./waiting-line.ts";

describe("Throttle", () => {
  const setUp = () => {
    const clock = new ManualClock(0);
    const throttle = new Throttle({ maxMessagesPerS: 10, maxBytesPerS: 1000 }, () => clock.now());
    const takes = (count: number, bytes = 1) =>
      Array.from({ length: count }, () => throttle.take(throttle.allowanceOf("gw-1"), bytes)).filter(Boolean).length;
    return { clock, throttle, takes };
  };

  it("lets two seconds' worth through at once and then the rate", () => {
    const { clock, takes } = setUp();
    expect(takes(100)).toBe(20);
    clock.advance(500);
    expect(takes(100)).toBe(5);
    clock.advance(60_000);
    expect(takes(100)).toBe(20);
  });

  it("counts bytes as it counts messages", () => {
    const { clock, takes } = setUp();
    expect(takes(10, 500)).toBe(4);
    clock.advance(500);
    expect(takes(10, 500)).toBe(1);
  });

  it("tells each message that has to wait how long its turn takes", () => {
    const { throttle, takes } = setUp();
    takes(20);
    const waits = Array.from({ length: 3 }, () => throttle.reserve(throttle.allowanceOf("gw-1"), 1));
    expect(waits).toEqual([100, 200, 300]);
  });

  it("gives an identity that comes back no fresh allowance, and another one its own", () => {
    const { throttle, clock, takes } = setUp();
    takes(20);
    throttle.sweep(() => false);
    expect(takes(1)).toBe(0);
    expect(throttle.take(throttle.allowanceOf("gw-2"), 1)).toBe(true);
    clock.advance(10_000);
    throttle.sweep(() => false);
    expect(takes(100)).toBe(20);
  });
});

describe("TakeoverLimit", () => {
  it("admits so many in any minute, for each client id", () => {
    const clock = new ManualClock(0);
    const takeovers = new TakeoverLimit(2, () => clock.now());
    expect([1, 2, 3].map(() => takeovers.admits("a"))).toEqual([true, true, false]);
    expect(takeovers.admits("b")).toBe(true);
    clock.advance(59_000);
    takeovers.sweep();
    expect(takeovers.admits("a")).toBe(false);
    clock.advance(1000);
    takeovers.sweep();
    expect(takeovers.admits("a")).toBe(true);
  });
});

describe("Census", () => {
  it("counts the connections of each identity", () => {
    const census = new Census();
    census.enter("a");
    census.enter("a");
    census.leave("a");
    expect([census.of("a"), census.of("b")]).toEqual([1, 0]);
    census.leave("a");
    expect(census.of("a")).toBe(0);
  });
});

describe("WaitingLine", () => {
  it("lets go in the order of arrival, also where a later one would be due earlier", () => {
    vi.useFakeTimers();
    const clock = new ManualClock(0);
    const line = new WaitingLine(() => clock.now());
    const gone: string[] = [];
    const pass = (ms: number) => {
      clock.advance(ms);
      vi.advanceTimersByTime(ms);
    };
    line.add(10, () => gone.push("a"));
    line.add(5, () => gone.push("b"));
    line.add(20, () => {
      expect(line.length).toBeGreaterThan(0);
      gone.push("c");
    });
    pass(9);
    expect(gone).toEqual([]);
    pass(1);
    expect(gone).toEqual(["a", "b"]);
    pass(10);
    expect([gone, line.length]).toEqual([["a", "b", "c"], 0]);
    vi.useRealTimers();
  });
});
