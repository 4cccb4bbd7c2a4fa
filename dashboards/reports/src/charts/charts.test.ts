import { describe, expect, it } from "vitest";
import { wallClockMs } from "../format.ts";
import { chartToSvg } from "../svg.ts";
import { evidenceChart } from "./evidence.ts";
import { nightFlowChart } from "./night-flow.ts";
import { PALETTE, toDark } from "./palette.ts";
import { readRateChart } from "./read-rate.ts";
import { usageCurveChart } from "./usage-curve.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.parse("2026-10-01T00:00:00Z");
const SIZE = { width: 800, height: 300 };

interface Drawn {
  readonly series: readonly { readonly name: string; readonly data: readonly (readonly [number, number | null])[] }[];
}

describe("a usage curve", () => {
  const points = [1, null, 3].map((volumeM3, at) => ({
    startMs: START_MS + at * HOUR_MS,
    volumeM3,
    quality: volumeM3 === null ? ("missing" as const) : at === 2 ? ("estimated" as const) : ("good" as const),
  }));

  it("draws a gap as a gap and an estimate apart from what was measured", () => {
    const option = usageCurveChart({
      points,
      stepMs: HOUR_MS,
      zone: "UTC",
      volumeUnit: "m3",
      language: "en",
    }) as unknown as Drawn;
    const byName = Object.fromEntries(
      option.series.map((series) => [series.name, series.data.map(([, value]) => value)]),
    );
    // Each holds to the end of its own interval and breaks there.
    expect(byName).toEqual({ actual: [1, 1, null, null, null], estimated: [null, null, 3, 3, null] });
    expect(option.series[0]?.data[1]?.[0]).toBe(START_MS + HOUR_MS);
  });

  it("shades when a customer does not work, and draws its band and its contract", () => {
    const option = usageCurveChart({
      points,
      stepMs: HOUR_MS,
      bands: [
        { startMs: START_MS, low: 0.5, high: 2 },
        { startMs: START_MS + HOUR_MS, low: null, high: null },
      ],
      closed: [{ fromMs: START_MS + HOUR_MS, toMs: START_MS + 2 * HOUR_MS }],
      contractM3h: 4,
      zone: "UTC",
      volumeUnit: "m3",
      language: "en",
    });
    const { series } = option as unknown as Drawn;
    expect(series.map(({ name }) => name)).toEqual([
      "usual range ↓",
      "usual range",
      "actual",
      "estimated",
      "contract maximum",
    ]);
    expect(series[1]?.data.map(([, value]) => value)).toEqual([1.5, 1.5, null, null]);
    const svg = chartToSvg(option, SIZE);
    expect(svg).toContain("not working");
    expect(svg).toContain("contract maximum");
  });

  it("puts local midnight where local midnight is", () => {
    const option = usageCurveChart({
      points,
      stepMs: HOUR_MS,
      zone: "Asia/Shanghai",
      volumeUnit: "m3",
      language: "zh",
    }) as unknown as Drawn;
    expect(option.series[0]?.data[0]?.[0]).toBe(Date.parse("2026-10-01T08:00:00Z"));
    expect(wallClockMs(Date.parse("2026-07-01T00:00:00Z"), "Europe/Madrid")).toBe(Date.parse("2026-07-01T02:00:00Z"));
  });
});

describe("charts without a browser", () => {
  it("draw the evidence of an event with its words", () => {
    const points = Array.from({ length: 48 }, (_, at) => ({
      startMs: START_MS + at * HOUR_MS,
      flowM3h: at > 20 ? 0.2 : 0,
      isEstimated: false,
      expectedM3h: 0.05,
      bandLowM3h: 0,
      bandHighM3h: 0.1,
    }));
    const option = evidenceChart({
      points,
      floorM3h: 0.15,
      startAtMs: START_MS + 20 * HOUR_MS,
      foundAtMs: START_MS + 44 * HOUR_MS,
      endAtMs: null,
      zone: "UTC",
      volumeUnit: "m3",
      language: "zh",
    });
    const svg = chartToSvg(option, SIZE);
    expect(svg).toContain("实际流量");
    expect(svg).toContain("底流");
  });

  it("draw a district's nights", () => {
    const nights = Array.from({ length: 30 }, (_, at) => ({
      night: new Date(START_MS + at * 24 * HOUR_MS).toISOString().slice(0, 10),
      mnfM3h: at === 9 ? null : 5 + (at > 20 ? 2 : 0),
      expectedM3h: 5,
      bandLowM3h: 4.5,
      bandHighM3h: 5.5,
    }));
    expect(chartToSvg(nightFlowChart({ nights, language: "en" }), SIZE)).toContain("minimum night flow");
  });
});

describe("a chart on a dark page", () => {
  it("differs in its colours only", () => {
    const option = nightFlowChart({
      nights: [{ night: "2026-10-01", mnfM3h: 2, expectedM3h: 2, bandLowM3h: 1, bandHighM3h: 3 }],
      language: "en",
    });
    const dark = JSON.stringify(toDark(option));
    expect(dark).not.toContain(PALETTE.actual);
    expect(dark.replaceAll(/#[0-9a-f]{6}|rgba\([^)]*\)/g, "")).toBe(
      JSON.stringify(option).replaceAll(/#[0-9a-f]{6}|rgba\([^)]*\)/g, ""),
    );
  });

  it("names in its legend only what can be seen", () => {
    const { legend } = nightFlowChart({ nights: [], language: "en" }) as { legend: { data: { name: string }[] } };
    expect(legend.data.map((entry) => entry.name)).toEqual(["expected range", "expected", "minimum night flow"]);
  });
});

it("the read rate's axis begins just below the worst day, so that a hundredth can be seen", () => {
  const days = [
    { day: "2026-10-20", successRate: 0.997 },
    { day: "2026-10-21", successRate: null },
    { day: "2026-10-22", successRate: 0.951 },
  ];
  const { yAxis, series } = readRateChart({ days, language: "en" }) as {
    yAxis: object;
    series: readonly { readonly data: readonly (readonly [number, number | null])[] }[];
  };
  expect(yAxis).toMatchObject({ min: 94, max: 100, name: "%" });
  expect(series[0]?.data.map(([, percent]) => percent)).toEqual([99.7, null, 95.1]);
});
