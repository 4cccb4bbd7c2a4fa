import { type Language, unitWords } from "../format.ts";
import { band, type ChartOption, line, type TimePoint, timeChart } from "./frame.ts";
import { PALETTE } from "./palette.ts";

/** One night of a district. `night` is a local date, `YYYY-MM-DD`. */
export interface NightPoint {
  readonly night: string;
  readonly mnfM3h: number | null;
  readonly expectedM3h: number | null;
  readonly bandLowM3h: number | null;
  readonly bandHighM3h: number | null;
  /** Inflow less customers of the same night; left out where no balance is told. */
  readonly lossM3h?: number | null;
}

/** Something that happened to the district: a step of its night flow, a repair. `night` is a local date. */
export interface NightMark {
  readonly night: string;
  readonly name: string;
  readonly kind: "step" | "repair";
}

const WORDS = {
  zh: { mnf: "夜间最小流量", expected: "预期", band: "预期范围", loss: "进水减用户", title: "分区夜间最小流量" },
  en: {
    mnf: "minimum night flow",
    expected: "expected",
    band: "expected range",
    loss: "inflow less customers",
    title: "minimum night flow of the district",
  },
} as const;

/** Minimum night flow by night, with what was expected of it. */
export function nightFlowChart(input: {
  readonly nights: readonly NightPoint[];
  readonly language: Language;
  readonly marks?: readonly NightMark[];
}): ChartOption {
  const words = WORDS[input.language];
  const pick = (value: (point: NightPoint) => number | null): TimePoint[] =>
    input.nights.map((point) => [Date.parse(`${point.night}T00:00:00Z`), value(point)]);
  const series = [
    ...band(
      words.band,
      pick((point) => point.bandLowM3h),
      pick((point) => point.bandHighM3h),
    ),
    line(
      words.expected,
      pick((point) => point.expectedM3h),
      PALETTE.expected,
      { lineStyle: { type: "dashed", color: PALETTE.expected } },
    ),
    line(
      words.mnf,
      pick((point) => point.mnfM3h),
      PALETTE.actual,
      { symbol: "circle", symbolSize: 5, sampling: undefined, ...markLine(input.marks ?? []) },
    ),
  ];
  if (input.nights.some(({ lossM3h }) => typeof lossM3h === "number"))
    series.push(
      line(
        words.loss,
        pick(({ lossM3h }) => lossM3h ?? null),
        PALETTE.floor,
      ),
    );
  return timeChart({ yName: unitWords("m3").flow, series, language: input.language, title: words.title });
}

function markLine(marks: readonly NightMark[]): object {
  if (marks.length === 0) return {};
  const data = marks.map(({ night, name, kind }) => {
    const color = kind === "step" ? PALETTE.alarm : PALETTE.expected;
    return {
      xAxis: Date.parse(`${night}T00:00:00Z`),
      name,
      label: { formatter: name, color, position: "end", rotate: 0 },
      lineStyle: { color, type: kind === "step" ? "solid" : "dashed", width: 1.5 },
    };
  });
  return { markLine: { symbol: "none", silent: true, data } };
}
