import { describe, expect, test } from "vitest";
import { chanceOf } from "../../testing/mixed-feed.ts";
import { allowanceOf, learnConditions, type NightConditions, newConditionState } from "./night-conditions.ts";
import { type NightFlows, newNightState, stepNight } from "./night-step.ts";

const DAY_MS = 86_400_000;
const mild: NightConditions = { isHoliday: false, coldestC: 8, meanC: 12 };
const frost = (coldestC: number): NightConditions => ({ isHoliday: false, coldestC, meanC: coldestC + 3 });
const feast: NightConditions = { ...mild, isHoliday: true };

/** A district of 20 m³/h, 10 of them at night; `of` gives what a night adds and what it is like. */
function told(count: number, of: (night: number) => { added: number; conditions?: NightConditions }): string[] {
  const [state, chance] = [newNightState(), chanceOf(11)];
  return Array.from({ length: count }, (_, i) => {
    const noise = () => 1 + 0.02 * (chance() + chance() - 1);
    const { added, conditions = mild } = of(i);
    const flows: NightFlows = {
      nightM3h: 10 * noise() + added,
      busyM3h: 28 * noise() + added,
      dayM3h: 20 + added,
      conditions,
    };
    const step = stepNight(state, flows, i * DAY_MS);
    for (const value of Object.values(state)) expect(value).not.toBeNaN();
    return step === "open" || step === "clear" ? [`${step} ${i}`] : [];
  }).flat();
}

describe("nights that are not like others", () => {
  test("a week of frost with taps left running is no leak, and would be one in mild weather", () => {
    const cold = (i: number) => i >= 40 && i < 47;
    const added = (i: number) => (cold(i) ? 2 : 0);
    expect(told(70, (i) => ({ added: added(i), conditions: cold(i) ? frost(-6) : mild }))).toEqual([]);
    expect(told(70, (i) => ({ added: added(i) }))[0]).toMatch(/^open 4[1-3]$/);
  });

  test("what stays after the frost is a leak, told within two nights of the thaw", () => {
    const steps = told(70, (i) => ({ added: i >= 42 ? 3 : 0, conditions: i >= 40 && i < 47 ? frost(-6) : mild }));
    expect(steps[0]).toMatch(/^open 4[78]$/);
  });

  test("a burst far beyond what frost explains is told in the frost", () => {
    const steps = told(60, (i) => ({ added: i >= 43 ? 12 : 0, conditions: i >= 40 && i < 55 ? frost(-6) : mild }));
    expect(steps[0]).toMatch(/^open 4[34]$/);
  });

  test("a festival week is no leak, however its nights differ", () => {
    const isFeast = (i: number) => i >= 40 && i < 48;
    const added = (i: number) => (isFeast(i) ? 1.5 + (i % 2) / 2 : 0);
    expect(told(70, (i) => ({ added: added(i), conditions: isFeast(i) ? feast : mild }))).toEqual([]);
  });

  test("a leak that begins in a festival week is told when the week is over", () => {
    const steps = told(70, (i) => ({ added: i >= 44 ? 2 : 0, conditions: i >= 40 && i < 48 ? feast : mild }));
    expect(steps[0]).toMatch(/^open (4[4-9]|50)$/);
  });

  test("no frost is learned from: a warm week teaches nothing, a cold one by how cold it was", () => {
    const state = newConditionState();
    for (let i = 0; i < 30; i++) learnConditions(state, mild, 3);
    expect(allowanceOf(state, mild, 20)).toBe(0);
    const before = allowanceOf(state, frost(-5), 20);
    for (let i = 0; i < 30; i++) learnConditions(state, frost(-5), 0.1);
    expect(allowanceOf(state, frost(-5), 20)).toBeLessThan(before / 3);
  });

  test("an unknown temperature explains nothing, and no condition explains more than 35 % of the inflow", () => {
    const state = newConditionState();
    expect(allowanceOf(state, { isHoliday: false, coldestC: null, meanC: null }, 20)).toBe(0);
    expect(allowanceOf(state, { isHoliday: false, coldestC: Number.NaN, meanC: Number.NaN }, 20)).toBe(0);
    expect(allowanceOf(state, { ...frost(-40), isHoliday: true }, 20)).toBe(7);
  });
});
