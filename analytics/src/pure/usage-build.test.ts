import type { Curve } from "@nightflow/storage/pure";
import { describe, expect, test } from "vitest";
import { buildUsageCurveReport, previousPeriodOf } from "./usage-build.ts";
import type { UsageReportInput } from "./usage-report.ts";

const HOUR = 3_600_000;
const GOLDEN = [6, 6, 5, 5, 5, 7, 14, 28, 36, 40, 42, 38, 30, 33, 39, 41, 37, 29, 22, 18, 14, 10, 8, 7];

/** Hourly register readings of `volumesM3`, whole m³ at 1 L, from `startMs` on. */
function curveOf(startMs: number, volumesM3: readonly number[], skip: (i: number) => boolean = () => false): Curve {
  const rows: [number, bigint][] = [];
  let counts = 1_000_000n;
  for (let i = 0; i <= volumesM3.length; i++) {
    if (!skip(i)) rows.push([startMs + i * HOUR, counts]);
    counts += BigInt(Math.round((volumesM3[i] ?? 0) * 1000));
  }
  return {
    channel: "hotel.forward_total",
    length: rows.length,
    readAtMs: Float64Array.from(rows, ([at]) => at),
    counts: BigInt64Array.from(rows, ([, value]) => value),
    gauges: new Float64Array(rows.length).fill(Number.NaN),
    qualities: new Uint8Array(rows.length),
    flags: new Uint32Array(rows.length),
  };
}

function inputOf(curve: Curve, period: { from: string; to: string }, zone = "Asia/Shanghai"): UsageReportInput {
  return {
    subject: {
      accountId: "a",
      accountNo: "A-1",
      customerName: "Hotel",
      commodity: "water",
      zone,
      currency: "CNY",
      managerName: "Li",
      pricePerM3: 5,
    },
    volumeUnit: "m3",
    meters: [
      {
        meter: "hotel",
        serial: null,
        model: "MAG 6000",
        periodMs: HOUR,
        resolutionM3: 0.001,
        capacityCounts: null,
        maxCountsPerHour: null,
        curve,
      },
    ],
    period,
    dataCutoffMs: Date.parse("2025-11-01T00:00:00Z"),
    version: 1,
    isRevised: false,
  };
}

const ONE_DAY = { from: "2025-10-14", to: "2025-10-15" };
const DAY_START = Date.parse("2025-10-13T16:00:00Z");

describe("the usage-curve report", () => {
  test("gives the first golden vector of DOMAIN 4.10", () => {
    const { figures } = buildUsageCurveReport(inputOf(curveOf(DAY_START, GOLDEN), ONE_DAY));
    expect(figures.totalM3).toBeCloseTo(520, 9);
    expect(figures.qAvgM3h).toBeCloseTo(21.6667, 4);
    expect(figures.qMaxM3h).toBeCloseTo(42, 9);
    expect(figures.qMaxAtMs).toBe(DAY_START + 10 * HOUR);
    expect(figures.qMinM3h).toBeCloseTo(5, 9);
    expect(figures.loadFactor).toBeCloseTo(0.515873, 6);
    expect(figures.kh).toBeCloseTo(1.938462, 6);
    expect(figures.kd).toBeCloseTo(1, 9);
    expect(figures.baseFlowM3h).toBeCloseTo(5, 9);
    expect(figures.baseShare).toBeCloseTo(0.230769, 6);
    expect(figures.nightShare).toBeCloseTo(49 / 520, 9);
    expect(figures.estimatedCost).toBeCloseTo(2600, 6);
    expect(figures.completeness).toMatchObject({ expected: 24, good: 24, share: 1, isLow: false });
  });

  test("total equals the difference of the register at both ends", () => {
    const report = buildUsageCurveReport(inputOf(curveOf(DAY_START, GOLDEN), ONE_DAY));
    expect(report.registers[0]).toMatchObject({ startM3: 1000, isConsistent: true });
    expect(report.registers[0]?.differenceM3).toBeCloseTo(520, 9);
    expect(report.registers[0]?.totalM3).toBeCloseTo(520, 9);
  });

  test("estimates keep the total but do not count as complete, and below 90 % it says so", () => {
    const gap = (i: number) => i >= 8 && i <= 13;
    const report = buildUsageCurveReport(inputOf(curveOf(DAY_START, GOLDEN, gap), ONE_DAY));
    expect(report.figures.totalM3).toBeCloseTo(520, 9);
    expect(report.figures.completeness).toMatchObject({ good: 17, estimated: 7, missing: 0, isLow: true });
  });

  test("hours that were never read are missing and have no volume", () => {
    const report = buildUsageCurveReport(inputOf(curveOf(DAY_START, GOLDEN.slice(0, 12)), ONE_DAY));
    expect(report.series).toHaveLength(24);
    expect(report.series[20]).toEqual({ startMs: DAY_START + 20 * HOUR, volumeM3: null, quality: "missing" });
    expect(report.figures.completeness.missing).toBe(12);
    expect(report.registers[0]?.differenceM3).toBeNull();
  });

  test("without readings every figure is null, and so is the period before, with a reason", () => {
    const report = buildUsageCurveReport(inputOf(curveOf(0, []), ONE_DAY));
    expect(report.figures.totalM3).toBeNull();
    expect(report.figures.loadFactor).toBeNull();
    expect(report.previous.figures).toBeNull();
  });

  test("compares with the same number of days before", () => {
    const twoDays = curveOf(DAY_START - 24 * HOUR, [...GOLDEN.map((v) => v / 2), ...GOLDEN]);
    const report = buildUsageCurveReport(inputOf(twoDays, ONE_DAY));
    expect(report.previous.figures?.totalM3).toBeCloseTo(260, 9);
    expect(report.previous.period).toEqual({ from: "2025-10-13", to: "2025-10-14" });
  });

  test("the month before a whole month is the calendar month", () => {
    expect(previousPeriodOf({ from: "2025-03-01", to: "2025-04-01" })).toEqual({
      from: "2025-02-01",
      to: "2025-03-01",
    });
    expect(previousPeriodOf({ from: "2025-01-01", to: "2025-02-01" })).toEqual({
      from: "2024-12-01",
      to: "2025-01-01",
    });
  });

  test("the day on which clocks go back has 25 hours", () => {
    const start = Date.parse("2025-10-25T22:00:00Z");
    const curve = curveOf(
      start,
      Array.from({ length: 25 }, () => 1),
    );
    const report = buildUsageCurveReport(inputOf(curve, { from: "2025-10-26", to: "2025-10-27" }, "Europe/Rome"));
    expect(report.series).toHaveLength(25);
    expect(report.figures.totalM3).toBeCloseTo(25, 9);
    expect(report.figures.qAvgM3h).toBeCloseTo(1, 9);
  });
});
