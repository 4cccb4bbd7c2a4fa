import { describe, expect, test } from "vitest";
import {
  backgroundLeakageM3h,
  cjj92Of,
  type DistrictFacts,
  iliOf,
  legitimateNightUse,
  netNightFlow,
  waterBalance,
} from "./water-balance.ts";

const UNKNOWN: DistrictFacts = {
  mainsKm: null,
  servicePipeKm: null,
  connections: null,
  population: null,
  meanPressureM: null,
  nightUseLph: null,
  exceptionalNightM3h: null,
  nightDayHours: null,
  unbilledPercent: null,
  apparentPercent: null,
  cjj92CorrectionPercent: null,
};

describe("the figures of a district", () => {
  test("of a night are DOMAIN's golden vector: 18 m³/h, 1,200 connections at 1.7 L/h, 4.2 exceptional", () => {
    const facts = { ...UNKNOWN, connections: 1200, exceptionalNightM3h: 4.2 };
    const use = legitimateNightUse(facts, null);
    expect(use).toMatchObject({ basis: "connections" });
    const net = use && netNightFlow(18, use, facts);
    expect(net?.m3h).toBeCloseTo(11.76, 10);
    expect(net?.litresPerConnectionDay).toBeCloseTo(235.2, 8);
  });

  test("by CJJ 92 are DOMAIN's golden vector: 10,000 supplied, 8,800 registered, Rn 3.1", () => {
    const rates = cjj92Of(10_000, 8800, 3.1);
    expect(rates?.grossPercent).toBeCloseTo(12, 10);
    expect(rates?.lossPercent).toBeCloseTo(8.9, 10);
    expect(rates?.grade).toBe(1);
    expect(cjj92Of(10_000, 8800, null)?.grade).toBe(2);
    expect(cjj92Of(10_000, 8000, null)?.grade).toBeNull();
  });

  test("give no grade by CJJ 92 to customers who are said to use more than was supplied", () => {
    expect(cjj92Of(1000, 1010, null)).toMatchObject({ grossPercent: -1, grade: null });
  });

  test("prefer what the customers' meters measured to what a connection is guessed to use, and that to people", () => {
    const facts = { ...UNKNOWN, connections: 100, population: 300 };
    expect(legitimateNightUse(facts, 0.4)).toEqual({ m3h: 0.4, basis: "measured" });
    expect(legitimateNightUse(facts, null)?.basis).toBe("connections");
    expect(legitimateNightUse({ ...UNKNOWN, population: 1000 }, null)).toEqual({ m3h: 0.6, basis: "population" });
    expect(legitimateNightUse(UNKNOWN, null)).toBeNull();
  });

  test("split water without revenue into unbilled, apparent and real losses that add up", () => {
    const balance = waterBalance(1000, 800, UNKNOWN);
    expect(balance).toMatchObject({ nrwM3: 200, nrwPercent: 20, unbilledM3: 5, apparentM3: 16, realLossM3: 179 });
    expect(waterBalance(1000, 1100, UNKNOWN)?.realLossM3).toBeLessThan(0);
  });

  test("give ILI with its inputs, and warn where the formula does not reach", () => {
    const facts = { ...UNKNOWN, mainsKm: 100, connections: 5000, servicePipeKm: 20, meanPressureM: 40 };
    const ili = iliOf(504, facts);
    expect(ili?.uarlLPerDay).toBe((1800 + 4000 + 500) * 40);
    expect(ili?.ili).toBe(2);
    expect(ili?.isOutsideRange).toBe(false);
    expect(iliOf(504, { ...facts, connections: 400 })?.isOutsideRange).toBe(true);
  });

  test("are not told where a fact is missing, and never NaN", () => {
    expect(iliOf(504, UNKNOWN)).toBeNull();
    expect(iliOf(-3, { ...UNKNOWN, mainsKm: 1, connections: 1, meanPressureM: 1 })).toBeNull();
    expect(iliOf(Number.NaN, { ...UNKNOWN, mainsKm: 1, connections: 1, meanPressureM: 1 })).toBeNull();
    expect(waterBalance(0, 5, UNKNOWN)).toBeNull();
    expect(waterBalance(Number.NaN, 5, UNKNOWN)).toBeNull();
    expect(cjj92Of(0, 0, 1)).toBeNull();
    expect(backgroundLeakageM3h(UNKNOWN)).toBeNull();
  });

  test("count background leakage by mains, connections and pressure", () => {
    const facts = { ...UNKNOWN, mainsKm: 10, connections: 400 };
    expect(backgroundLeakageM3h(facts)).toBeCloseTo(0.9, 10);
    expect(backgroundLeakageM3h({ ...facts, meanPressureM: 25 })).toBeCloseTo(0.9 * 0.5 ** 1.5, 10);
  });
});

test("night use that is not measured follows the season where the utility knows it", () => {
  const nightUseMonths = [1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 0.5];
  const facts = { ...UNKNOWN, connections: 1000, nightUseMonths };
  const use = (month?: number) => legitimateNightUse(facts, null, month)?.m3h ?? 0;
  expect([use(7), use(12), use()]).toEqual([2 * use(1), use(1) / 2, use(1)]);
  expect(legitimateNightUse(facts, 3, 7)?.m3h).toBe(3);
});
