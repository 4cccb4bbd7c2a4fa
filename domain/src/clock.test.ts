import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Clock, ManualClock, realClock, realMsUntil, ScaledClock } from "./clock.ts";

const SEED = 20261123;
const DAY = 86_400_000;

function scaled(factor: number, realNow = 1_000_000) {
  const real = new ManualClock(realNow);
  return { real, clock: new ScaledClock({ realAnchorAt: 1_000_000, simAnchorAt: 50 * DAY, factor }, real) };
}

describe("a manual clock", () => {
  it("moves only when told to", () => {
    const clock = new ManualClock(5);
    expect(clock.now()).toBe(5);
    clock.advance(10);
    expect(clock.now()).toBe(15);
    clock.set(3);
    expect(clock.now()).toBe(3);
    expect(realMsUntil(clock, 10)).toBe(7);
    expect(realMsUntil(clock, 1)).toBe(0);
  });
});

describe("a scaled clock", () => {
  it("shows a day in a minute at factor 1440", () => {
    const { real, clock } = scaled(1440);
    real.advance(60_000);
    expect(clock.now()).toBe(51 * DAY);
    expect(clock.toRealMs(DAY)).toBe(60_000);
  });

  it("stands at its start until the real instant at which it begins", () => {
    const { real, clock } = scaled(1440, 900_000);
    expect(clock.now()).toBe(50 * DAY);
    real.advance(99_999);
    expect(clock.now()).toBe(50 * DAY);
    real.advance(2);
    expect(clock.now()).toBe(50 * DAY + 1440);
  });

  it("waits for its start too before it waits for what comes after, but not for what it shows already", () => {
    const { clock } = scaled(1440, 900_000);
    expect(clock.realMsUntil(50 * DAY + 1440)).toBe(100_001);
    expect(clock.realMsUntil(50 * DAY)).toBe(0);
    expect(realMsUntil(clock, 49 * DAY)).toBe(0);
  });

  it("shows at least the instant that was waited for", () => {
    const wait = fc.record({
      factor: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      startMs: fc.integer({ min: 0, max: 2_000_000 }),
      aheadMs: fc.integer({ min: 0, max: 10 * DAY }),
    });
    fc.assert(
      fc.property(wait, ({ factor, startMs, aheadMs }) => {
        const { real, clock } = scaled(factor, startMs);
        const atMs = clock.now() + aheadMs;
        real.advance(Math.ceil(clock.realMsUntil(atMs)) + 1);
        expect(clock.now()).toBeGreaterThanOrEqual(atMs);
        expect(clock.realMsUntil(atMs)).toBe(0);
      }),
      { seed: SEED },
    );
  });

  it("never runs backwards", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000)), (steps) => {
        const { real, clock } = scaled(3.7, 950_000);
        let before = clock.now();
        for (const step of steps) {
          real.advance(step);
          expect(clock.now()).toBeGreaterThanOrEqual(before);
          before = clock.now();
        }
      }),
      { seed: SEED },
    );
  });
});

describe("the real clock", () => {
  it("is the machine's", () => {
    const clock: Clock = realClock;
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    expect(clock.toRealMs(5)).toBe(5);
  });
});
