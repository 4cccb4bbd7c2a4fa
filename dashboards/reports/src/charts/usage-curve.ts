import { type Language, unitWords, wallClockMs } from "../format.ts";
import { type ChartOption, line, type TimePoint, timeChart } from "./frame.ts";
import { PALETTE } from "./palette.ts";

/** One interval of a usage curve. */
export interface CurvePoint {
  readonly startMs: number;
  readonly volumeM3: number | null;
  readonly quality: "good" | "estimated" | "suspect" | "missing" | "edited" | "invalid";
}

export interface UsageCurveInput {
  readonly points: readonly CurvePoint[];
  readonly stepMs: number;
  /** The same span of the period before, shifted onto this one by `previousShiftMs`. */
  readonly previous?: readonly CurvePoint[];
  readonly previousShiftMs?: number;
  /** What was expected, where anything was. */
  readonly expected?: readonly CurvePoint[];
  readonly zone: string;
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
  readonly canZoom?: boolean;
}

const WORDS = {
  zh: { actual: "实际用量", estimated: "估算", previous: "上一周期", expected: "预期", title: "用量曲线" },
  en: {
    actual: "actual",
    estimated: "estimated",
    previous: "previous period",
    expected: "expected",
    title: "usage curve",
  },
} as const;

const HOUR_MS = 3_600_000;

/** The flow of each interval over time, estimates dashed and apart, the previous period behind it. Units m³/h. */
export function usageCurveChart(input: UsageCurveInput): ChartOption {
  const words = WORDS[input.language];
  const flowUnit = unitWords(input.volumeUnit).flow;
  const isEstimate = (point: CurvePoint) => point.quality === "estimated" || point.quality === "edited";
  const series: object[] = [
    line(
      words.actual,
      flows(input, input.points, 0, (point) => !isEstimate(point)),
      PALETTE.actual,
      { step: "end", areaStyle: { opacity: 0.12 } },
    ),
  ];
  if (input.points.some(isEstimate))
    series.push(
      line(words.estimated, flows(input, input.points, 0, isEstimate), PALETTE.estimated, {
        step: "end",
        lineStyle: { type: "dashed", color: PALETTE.estimated },
      }),
    );
  if (input.expected !== undefined)
    series.push(
      line(
        words.expected,
        flows(input, input.expected, 0, () => true),
        PALETTE.expected,
        { step: "end", lineStyle: { type: "dashed", color: PALETTE.expected } },
      ),
    );
  if (input.previous !== undefined)
    series.unshift(
      line(
        words.previous,
        flows(input, input.previous, input.previousShiftMs ?? 0, () => true),
        PALETTE.previous,
        {
          step: "end",
          lineStyle: { type: "dotted", color: PALETTE.previous, width: 1.2 },
        },
      ),
    );
  return timeChart({
    yName: flowUnit,
    series,
    language: input.language,
    title: words.title,
    canZoom: input.canZoom ?? false,
  });
}

/** Flow at both ends of each interval, so that steps span it; null where the interval has no volume or is not `wanted`. */
function flows(
  input: UsageCurveInput,
  points: readonly CurvePoint[],
  shiftMs: number,
  wanted: (point: CurvePoint) => boolean,
): TimePoint[] {
  const hours = input.stepMs / HOUR_MS;
  return points.map((point) => {
    const atMs = wallClockMs(point.startMs + shiftMs, input.zone);
    return [atMs, point.volumeM3 === null || !wanted(point) ? null : point.volumeM3 / hours];
  });
}
