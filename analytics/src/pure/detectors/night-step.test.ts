import { describe, expect, test } from "vitest";
import { chanceOf } from "../../testing/mixed-feed.ts";
import { type NightFlows, newNightState, nightBand, stepNight } from "./night-step.ts";

const DAY_MS = 86_400_000;

/** Runs nights through a new state; gives "open 31" and the like. */
function steps(nights: readonly NightFlows[]): string[] {
  const state = newNightState();
  return nights.flatMap((flows, i) => {
    const step = stepNight(state, flows, i * DAY_MS);
    for (const value of Object.values(state)) expect(value).not.toBeNaN();
    return step === "open" || step === "clear" ? [`${step} ${i}`] : [];
  });
}

/** A district of 20 m³/h, 10 of them at night, with 2 % of noise; what `added` gives is added to night and busy hours. */
function nights(count: number, added: (night: number) => { night: number; busy: number }): NightFlows[] {
  const chance = chanceOf(7);
  return Array.from({ length: count }, (_, i) => {
    const noise = () => 1 + 0.02 * (chance() + chance() - 1);
    const { night, busy } = added(i);
    return { nightM3h: 10 * noise() + night, busyM3h: 28 * noise() + busy, dayM3h: 20 + (night + busy) / 2 };
  });
}

describe("a step in the night flow", () => {
  const leak = (from: number, to: number, m3h: number) => (i: number) =>
    i >= from && i < to ? { night: m3h, busy: m3h } : { night: 0, busy: 0 };

  test("of a fifth of the inflow is told after two nights", () => {
    expect(steps(nights(60, leak(40, 60, 4)))[0]).toBe("open 41");
  });

  test("of a twentieth is told within a week", () => {
    expect(steps(nights(60, leak(40, 60, 1)))[0]).toMatch(/^open 4[2-6]$/);
  });

  test("that is repaired ends with the repair", () => {
    const told = steps(nights(90, leak(40, 50, 3)));
    expect(told[0]).toBe("open 41");
    expect(told[1]).toMatch(/^clear 5[1-3]$/);
    expect(told).toHaveLength(2);
  });

  test("that stays is the new normal after fourteen nights, and a second leak is told on top of it", () => {
    const two = (i: number) => ({
      night: (i >= 40 ? 2 : 0) + (i >= 70 ? 2 : 0),
      busy: (i >= 40 ? 2 : 0) + (i >= 70 ? 2 : 0),
    });
    const told = steps(nights(100, two));
    expect(told.filter((step) => step.startsWith("open"))).toHaveLength(2);
  });

  test("is no leak where the busy hours rise three times as much: that is demand", () => {
    const demand = (i: number) => (i >= 40 ? { night: 1, busy: 4 } : { night: 0, busy: 0 });
    expect(steps(nights(60, demand))).toEqual([]);
    expect(steps(nights(60, leak(40, 60, 1)))).not.toEqual([]);
  });

  test("is not told of one night alone, whatever its size", () => {
    expect(steps(nights(60, leak(40, 41, 50)))).toEqual([]);
  });

  test("is looked for with less haste after each finding", () => {
    const restless = (i: number) => (i >= 30 && i % 20 < 8 ? { night: 1.5, busy: 1.5 } : { night: 0, busy: 0 });
    const opened = steps(nights(250, restless)).filter((step) => step.startsWith("open"));
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.length).toBeLessThan(11);
  });

  test("is not looked for in the first fourteen nights, and has no band then", () => {
    expect(steps(nights(14, leak(7, 14, 10)))).toEqual([]);
    expect(nightBand(newNightState())).toBeNull();
  });

  test("says nothing of a district that stands still, or of flows that are no numbers", () => {
    const still = { nightM3h: 0, busyM3h: 0, dayM3h: 0 };
    expect(steps(Array.from({ length: 60 }, () => still))).toEqual([]);
    const broken = { nightM3h: Number.NaN, busyM3h: null, dayM3h: null };
    expect(steps(nights(60, leak(99, 99, 0)).map((flows, i) => (i % 3 === 0 ? broken : flows)))).toEqual([]);
  });
});
