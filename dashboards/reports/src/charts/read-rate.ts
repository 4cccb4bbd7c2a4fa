import type { Language } from "../format.ts";
import { type ChartOption, line, timeChart } from "./frame.ts";
import { PALETTE } from "./palette.ts";

/** One local day of collection; `successRate` is between 0 and 1, null where nothing was due. */
export interface ReadRateDay {
  readonly day: string;
  readonly successRate: number | null;
}

const WORDS = {
  zh: { rate: "采集成功率", title: "每日采集成功率" },
  en: { rate: "read rate", title: "read rate by day" },
} as const;

/** The read rate by day, in percent. The axis begins below the worst day, for a hundredth is what is looked at. */
export function readRateChart(input: {
  readonly days: readonly ReadRateDay[];
  readonly language: Language;
}): ChartOption {
  const words = WORDS[input.language];
  const points = input.days.map(({ day, successRate }): [number, number | null] => [
    Date.parse(`${day}T00:00:00Z`),
    successRate === null ? null : successRate * 100,
  ]);
  const least = Math.min(100, ...points.flatMap(([, percent]) => (percent === null ? [] : [percent])));
  const series = [line(words.rate, points, PALETTE.actual, { symbol: "circle", symbolSize: 6, sampling: undefined })];
  const chart = timeChart({ yName: "%", series, language: input.language, title: words.title });
  return { ...chart, yAxis: { ...(chart.yAxis as object), min: Math.max(0, Math.floor(least - 1)), max: 100 } };
}
