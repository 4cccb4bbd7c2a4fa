import { type Language, unitWords } from "../format.ts";
import { type ChartOption, timeChart } from "./frame.ts";
import { HATCH, PALETTE } from "./palette.ts";

/** One local day, or one month by its first day. */
export interface DayPoint {
  readonly date: string;
  readonly volumeM3: number | null;
  /** Below 1 the bar is hatched: part of the day is missing or estimated. */
  readonly completeness: number;
}

const WORDS = {
  zh: { volume: "用量", title: "每日用量", previous: "上一周期" },
  en: { volume: "volume", title: "volume by day", previous: "previous period" },
} as const;

/** Volume of each day as bars; incomplete days are hatched, days without data leave a gap. */
export function dayBarsChart(input: {
  readonly days: readonly DayPoint[];
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
}): ChartOption {
  const words = WORDS[input.language];
  const data = input.days.map((day) => ({
    value: [Date.parse(`${day.date}T00:00:00Z`), day.volumeM3],
    itemStyle: day.completeness < 0.9 ? { color: PALETTE.actual, decal: HATCH } : { color: PALETTE.actual },
  }));
  const series = [{ type: "bar", name: words.volume, data, barMaxWidth: 28, itemStyle: { color: PALETTE.actual } }];
  return timeChart({ yName: unitWords(input.volumeUnit).volume, series, language: input.language, title: words.title });
}

const PROFILE_WORDS = {
  zh: { median: "中位数", range: "10–90 百分位", title: "典型日曲线", hour: "时" },
  en: { median: "median", range: "10th to 90th percentile", title: "typical day", hour: "h" },
} as const;

/** One hour of the typical day. */
export interface ProfilePoint {
  readonly hour: number;
  readonly p10M3h: number | null;
  readonly medianM3h: number | null;
  readonly p90M3h: number | null;
}

/** The typical day: median flow by hour, with the span between the 10th and the 90th percentile. */
export function hourProfileChart(input: {
  readonly profile: readonly ProfilePoint[];
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
}): ChartOption {
  const words = PROFILE_WORDS[input.language];
  const hidden = { type: "line", stack: "range", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  const spread = input.profile.map((point) =>
    point.p90M3h === null || point.p10M3h === null ? null : point.p90M3h - point.p10M3h,
  );
  const base = timeChart({
    yName: unitWords(input.volumeUnit).flow,
    series: [],
    language: input.language,
    title: words.title,
  });
  return {
    ...base,
    xAxis: {
      type: "category",
      data: input.profile.map((point) => `${String(point.hour).padStart(2, "0")}`),
      name: words.hour,
      axisLabel: { color: PALETTE.text },
    },
    series: [
      { ...hidden, name: `${words.range} ↓`, data: input.profile.map((point) => point.p10M3h) },
      {
        ...hidden,
        name: words.range,
        data: spread,
        areaStyle: { color: PALETTE.band },
        itemStyle: { color: PALETTE.expected },
      },
      {
        type: "line",
        name: words.median,
        data: input.profile.map((point) => point.medianM3h),
        lineStyle: { color: PALETTE.actual },
        itemStyle: { color: PALETTE.actual },
        symbolSize: 4,
      },
    ],
    legend: { ...(base.legend as object), data: [words.median, words.range] },
  };
}
