import type { KeyFigures, UsageCurveReport } from "@nightflow/analytics/pure";
import { describe, expect, it } from "vitest";
import { usageReportCsv } from "./csv.ts";
import { usageReportHtml } from "./html.ts";

const ZONE = "Asia/Shanghai";
const DAY_START_MS = Date.parse("2026-09-30T16:00:00Z");
const HOUR_MS = 3_600_000;

const FIGURES: KeyFigures = {
  totalM3: 520,
  dailyMeanM3: 520,
  qAvgM3h: 21.6667,
  qMaxM3h: 42,
  qMaxAtMs: DAY_START_MS + 10 * HOUR_MS,
  qMinM3h: 5,
  loadFactor: 0.515873,
  kh: 1.938462,
  kd: 1,
  baseFlowM3h: 5,
  baseShare: 0.230769,
  nightShare: 0.1,
  weekendRatio: null,
  estimatedCost: 1560,
  completeness: { expected: 24, good: 22, estimated: 1, missing: 1, share: 22 / 24, isLow: false },
};

function reportOf(changes: Partial<UsageCurveReport> = {}): UsageCurveReport {
  return {
    subject: {
      accountId: "a",
      accountNo: "0012",
      customerName: "Lakeside Hotel",
      commodity: "water",
      zone: ZONE,
      currency: "CNY",
      managerName: "Chen Wei",
      pricePerM3: 3,
    },
    volumeUnit: "m3",
    period: { from: "2026-10-01", to: "2026-10-02" },
    fromMs: DAY_START_MS,
    toMs: DAY_START_MS + 24 * HOUR_MS,
    stepMs: HOUR_MS,
    dataCutoffMs: DAY_START_MS + 24 * HOUR_MS,
    version: 1,
    isRevised: false,
    registers: [
      {
        meter: "W-1",
        serial: null,
        model: "MAG 6000",
        startM3: 1000,
        endM3: 1520,
        differenceM3: 520,
        totalM3: 520,
        isConsistent: true,
      },
    ],
    figures: FIGURES,
    previous: {
      period: { from: "2026-09-30", to: "2026-10-01" },
      figures: null,
      reason: { zh: "没有更早的数据", en: "there are no earlier readings" },
    },
    series: [
      { startMs: DAY_START_MS, volumeM3: 6, quality: "good" },
      { startMs: DAY_START_MS + HOUR_MS, volumeM3: null, quality: "missing" },
      { startMs: DAY_START_MS + 2 * HOUR_MS, volumeM3: 5.5, quality: "estimated" },
    ],
    days: [
      {
        date: "2026-10-01",
        startMs: DAY_START_MS,
        endMs: DAY_START_MS + 24 * HOUR_MS,
        volumeM3: 520,
        maxM3h: 42,
        minM3h: 5,
        completeness: 0.92,
      },
    ],
    profile: Array.from({ length: 24 }, (_, hour) => ({ hour, p10M3h: hour, medianM3h: hour + 1, p90M3h: hour + 2 })),
    ...changes,
  };
}

describe("the usage-curve report", () => {
  it("shows every figure with its unit in the reader's language", () => {
    const html = usageReportHtml(reportOf(), "en");
    expect(html).toContain("520 m³");
    expect(html).toContain("0.516");
    expect(html).toContain("CN¥1,560.00");
    expect(usageReportHtml(reportOf(), "zh")).toContain("用量曲线报告");
  });

  it("carries its charts inside, without a script", () => {
    const html = usageReportHtml(reportOf(), "zh");
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html).not.toContain("<script");
  });

  it("says why there is no previous period and warns when data is incomplete", () => {
    const low = { ...FIGURES, completeness: { ...FIGURES.completeness, share: 0.5, isLow: true } };
    const html = usageReportHtml(reportOf({ figures: low }), "en");
    expect(html).toContain("there are no earlier readings");
    expect(html).toContain("below 90 %");
  });

  it("shows a name from outside as text, whatever it holds", () => {
    const subject = { ...reportOf().subject, customerName: '<img src=x onerror="alert(1)">' };
    expect(usageReportHtml(reportOf({ subject }), "en")).not.toContain("<img");
    expect(usageReportCsv(reportOf({ subject: { ...subject, customerName: "=1+1" } }))).toContain(",'=1+1,");
  });

  it("exports times with their offset and leaves a missing volume empty", () => {
    const [head, first, second] = usageReportCsv(reportOf()).slice(1).split("\r\n");
    expect(head).toBe("account,customer,start,end,volume_m3,quality");
    expect(first).toBe("0012,Lakeside Hotel,2026-10-01T00:00:00+08:00,2026-10-01T01:00:00+08:00,6,good");
    expect(second).toBe("0012,Lakeside Hotel,2026-10-01T01:00:00+08:00,2026-10-01T02:00:00+08:00,,missing");
  });
});
