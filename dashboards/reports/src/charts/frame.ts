import type { EChartsCoreOption } from "echarts/core";
import type { Language } from "../format.ts";
import { PALETTE } from "./palette.ts";

/** A finished chart description: drawn on the page as canvas, in reports as SVG. */
export type ChartOption = EChartsCoreOption;

/** One point of a time series: wall-clock ms (see `wallClockMs`) and its value; null is a gap. */
export type TimePoint = readonly [wallMs: number, value: number | null];

/** What every chart over time shares: axes, grid, legend, zoom, words for screen readers. */
export function timeChart(parts: {
  readonly yName: string;
  readonly series: readonly object[];
  readonly language: Language;
  readonly title: string;
  readonly canZoom?: boolean;
}): ChartOption {
  return {
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif" },
    aria: { enabled: true, label: { description: parts.title } },
    grid: { left: 8, right: 16, top: 48, bottom: parts.canZoom === true ? 40 : 8 },
    legend: { type: "scroll", top: 0, itemGap: 16, textStyle: { color: PALETTE.text }, data: legendOf(parts.series) },
    tooltip: {
      trigger: "axis",
      confine: true,
      valueFormatter: (value: unknown) => valueWords(value, parts.yName, parts.language),
    },
    xAxis: {
      type: "time",
      axisLabel: { color: PALETTE.text, hideOverlap: true },
      axisLine: { lineStyle: { color: PALETTE.text } },
    },
    yAxis: {
      type: "value",
      name: parts.yName,
      min: 0,
      nameTextStyle: { color: PALETTE.text, align: "left" },
      axisLabel: { color: PALETTE.text },
      splitLine: { lineStyle: { color: PALETTE.grid } },
    },
    ...(parts.canZoom === true ? { dataZoom: zoom() } : {}),
    series: parts.series,
  };
}

/** A slider below; the wheel zooms with Ctrl only, so that it goes on scrolling the page. */
function zoom(): object[] {
  return [
    { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, preventDefaultMouseMove: false },
    { type: "slider", height: 16, bottom: 6, brushSelect: false, showDetail: false },
  ];
}

interface NamedSeries {
  readonly name?: string;
  readonly stack?: string;
  readonly areaStyle?: unknown;
  readonly type?: string;
  readonly lineStyle?: { readonly type?: string };
}

const LINE_ICON = "path://M0 5H22V8H0Z";
const DASHED_ICON = "path://M0 5H6V8H0ZM8 5H14V8H8ZM16 5H22V8H16Z";

/** What the legend names: lines as they are drawn, bands as areas; not the invisible foot that carries a band. */
function legendOf(series: readonly NamedSeries[]): object[] {
  const named = series.filter((one) => one.stack === undefined || one.areaStyle !== undefined);
  return named.map((one) => ({ name: one.name, icon: iconOf(one) }));
}

function iconOf(series: NamedSeries): string {
  if (series.stack !== undefined || series.type === "bar") return "rect";
  return series.lineStyle?.type === undefined || series.lineStyle.type === "solid" ? LINE_ICON : DASHED_ICON;
}

/** A value of a tooltip with its unit; words where there is none. */
function valueWords(value: unknown, unit: string, language: Language): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return language === "zh" ? "无数据" : "no data";
  return `${value.toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 3 })} ${unit}`;
}

/** A line over time. Gaps stay gaps. */
export function line(name: string, points: readonly TimePoint[], color: string, extra: object = {}): object {
  return {
    type: "line",
    name,
    data: points,
    symbol: "none",
    connectNulls: false,
    sampling: "lttb",
    lineStyle: { color, width: 1.6 },
    itemStyle: { color },
    ...extra,
  };
}

/** Two series that draw a band between `low` and `high`; the lower one is invisible and carries the upper. */
export function band(
  name: string,
  low: readonly TimePoint[],
  high: readonly TimePoint[],
  extra: object = {},
): object[] {
  const thickness = high.map(([at, value], index): TimePoint => {
    const base = low[index]?.[1];
    return [at, value === null || base === null || base === undefined ? null : value - base];
  });
  const hidden = {
    type: "line",
    stack: name,
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
    ...extra,
  };
  return [
    { ...hidden, data: low, name: `${name} ↓`, legendHoverLink: false },
    { ...hidden, data: thickness, name, areaStyle: { color: PALETTE.band }, itemStyle: { color: PALETTE.band } },
  ];
}
