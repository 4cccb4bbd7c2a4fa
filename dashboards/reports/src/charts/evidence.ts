import { type Language, unitWords, wallClockMs } from "../format.ts";
import { band, type ChartOption, line, type TimePoint, timeChart } from "./frame.ts";
import { PALETTE } from "./palette.ts";

/** One interval on an evidence chart. Null is a gap. */
export interface EvidencePoint {
  readonly startMs: number;
  readonly flowM3h: number | null;
  readonly isEstimated: boolean;
  readonly expectedM3h: number | null;
  readonly bandLowM3h: number | null;
  readonly bandHighM3h: number | null;
}

export interface EvidenceInput {
  readonly points: readonly EvidencePoint[];
  readonly floorM3h: number | null;
  readonly startAtMs: number;
  readonly foundAtMs: number;
  readonly endAtMs: number | null;
  readonly zone: string;
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
}

const WORDS = {
  zh: {
    actual: "实际流量",
    expected: "预期流量",
    band: "预期范围",
    floor: "底流",
    start: "开始",
    found: "发现",
    end: "结束",
    estimated: "估算",
    title: "异常证据图",
  },
  en: {
    actual: "actual",
    expected: "expected",
    band: "expected range",
    floor: "floor",
    start: "start",
    found: "found",
    end: "end",
    estimated: "estimated",
    title: "evidence of the event",
  },
} as const;

/** What an event's page shows first: actual flow, expected flow and band, the floor, and when it began and was found. */
export function evidenceChart(input: EvidenceInput): ChartOption {
  const words = WORDS[input.language];
  const at = (point: EvidencePoint) => wallClockMs(point.startMs, input.zone);
  const pick = (value: (point: EvidencePoint) => number | null): TimePoint[] =>
    input.points.map((point) => [at(point), value(point)]);
  const series: object[] = [];
  if (input.points.some((point) => point.bandHighM3h !== null))
    series.push(
      ...band(
        words.band,
        pick((point) => point.bandLowM3h),
        pick((point) => point.bandHighM3h),
      ),
    );
  if (input.points.some((point) => point.expectedM3h !== null))
    series.push(
      line(
        words.expected,
        pick((point) => point.expectedM3h),
        PALETTE.expected,
        { lineStyle: { type: "dashed", color: PALETTE.expected } },
      ),
    );
  series.push(
    line(
      words.actual,
      pick((point) => (point.isEstimated ? null : point.flowM3h)),
      PALETTE.actual,
      { step: "end", markLine: marks(input) },
    ),
  );
  if (input.points.some((point) => point.isEstimated))
    series.push(
      line(
        words.estimated,
        pick((point) => (point.isEstimated ? point.flowM3h : null)),
        PALETTE.estimated,
        { step: "end", lineStyle: { type: "dotted", color: PALETTE.estimated } },
      ),
    );
  return timeChart({
    yName: unitWords(input.volumeUnit).flow,
    series,
    language: input.language,
    title: words.title,
    canZoom: true,
  });
}

/** Vertical marks for the instants, one horizontal for the floor. */
function marks(input: EvidenceInput): object {
  const words = WORDS[input.language];
  const instant = (atMs: number, name: string, color: string, type: string) => ({
    xAxis: wallClockMs(atMs, input.zone),
    name,
    label: { formatter: name, color, position: "end", rotate: 0 },
    lineStyle: { color, type, width: 1.5 },
  });
  const data: object[] = [
    instant(input.startAtMs, words.start, PALETTE.alarm, "solid"),
    instant(input.foundAtMs, words.found, PALETTE.alarm, "dashed"),
  ];
  if (input.endAtMs !== null) data.push(instant(input.endAtMs, words.end, PALETTE.expected, "dashed"));
  if (input.floorM3h !== null)
    data.push({
      yAxis: input.floorM3h,
      label: { formatter: words.floor, color: PALETTE.floor, position: "insideStartTop" },
      lineStyle: { color: PALETTE.floor, type: "dotted", width: 1.5 },
    });
  return { symbol: "none", silent: true, data };
}
