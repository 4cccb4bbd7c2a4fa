import { type Language, unitWords, wallClockMs } from "../format.ts";
import { band, type ChartOption, line, type TimePoint, timeChart } from "./frame.ts";
import { PALETTE } from "./palette.ts";

/** One interval of a usage curve. */
export interface CurvePoint {
  readonly startMs: number;
  readonly volumeM3: number | null;
  readonly quality: "good" | "estimated" | "suspect" | "missing" | "edited" | "invalid";
}

/** What was expected of an hour, m³; null where nothing was known. */
export interface CurveBand {
  readonly startMs: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A span in which a customer does not work. */
export interface ClosedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface UsageCurveInput {
  readonly points: readonly CurvePoint[];
  readonly stepMs: number;
  /** The same span of the period before, shifted onto this one by `previousShiftMs`. */
  readonly previous?: readonly CurvePoint[];
  readonly previousShiftMs?: number;
  /** What was expected, where anything was. */
  readonly expected?: readonly CurvePoint[];
  /** The usual band of each hour, drawn behind. */
  readonly bands?: readonly CurveBand[];
  /** When the customer does not work, shaded. */
  readonly closed?: readonly ClosedSpan[];
  /** Most that a contract allows in an hour, m³/h. */
  readonly contractM3h?: number | null;
  readonly zone: string;
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
  readonly canZoom?: boolean;
}

const WORDS = {
  zh: {
    actual: "实际用量",
    estimated: "估算",
    previous: "上一周期",
    expected: "预期",
    band: "正常范围",
    contract: "合同最大值",
    closed: "停产",
    title: "用量曲线",
  },
  en: {
    actual: "actual",
    estimated: "estimated",
    previous: "previous period",
    expected: "expected",
    band: "usual range",
    contract: "contract maximum",
    closed: "not working",
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
      { step: "end", areaStyle: { opacity: 0.12 }, ...closedMarks(input, words.closed) },
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
  if (input.bands?.some(({ high }) => high !== null) === true) series.unshift(...bandSeries(input, words.band));
  if (input.contractM3h != null) series.push(contractLine(input, input.contractM3h, words.contract));
  return timeChart({
    yName: flowUnit,
    series,
    language: input.language,
    title: words.title,
    canZoom: input.canZoom ?? false,
  });
}

/** The band at both ends of each run of hours that have one. */
function bandSeries({ bands = [], zone }: UsageCurveInput, name: string): object[] {
  const edge = (value: (hour: CurveBand) => number | null) => stepped(bands, HOUR_MS, 0, zone, value);
  return band(
    name,
    edge(({ low, high }) => (high === null ? null : low)),
    edge(({ high }) => high),
    { step: "end" },
  );
}

function contractLine({ points, zone, stepMs }: UsageCurveInput, m3h: number, name: string): object {
  const [first, last] = [points[0]?.startMs ?? 0, (points.at(-1)?.startMs ?? 0) + stepMs];
  const ends = [first, last].map((atMs): TimePoint => [wallClockMs(atMs, zone), m3h]);
  return line(name, ends, PALETTE.floor, { lineStyle: { type: "dashed", color: PALETTE.floor, width: 1.2 } });
}

function closedMarks({ closed = [], zone }: UsageCurveInput, name: string): object {
  if (closed.length === 0) return {};
  const data = closed.map(({ fromMs, toMs }) => [
    { xAxis: wallClockMs(fromMs, zone), name },
    { xAxis: wallClockMs(toMs, zone) },
  ]);
  const label = { color: PALETTE.text, position: "insideTop", fontSize: 10 };
  return { markArea: { silent: true, itemStyle: { color: PALETTE.grid, opacity: 0.55 }, label, data } };
}

/** Flow of each interval; null where it has no volume or is not `wanted`. */
function flows(
  input: UsageCurveInput,
  points: readonly CurvePoint[],
  shiftMs: number,
  wanted: (point: CurvePoint) => boolean,
): TimePoint[] {
  const hours = input.stepMs / HOUR_MS;
  return stepped(points, input.stepMs, shiftMs, input.zone, (point) =>
    point.volumeM3 === null || !wanted(point) ? null : point.volumeM3 / hours,
  );
}

/**
 * Values that each hold for an interval, as points of a line of steps: where no value follows, the last holds to the end of its own
 * interval and the line breaks there, so that a gap is a gap and one interval alone can be seen.
 */
function stepped<Point extends { readonly startMs: number }>(
  points: readonly Point[],
  stepMs: number,
  shiftMs: number,
  zone: string,
  told: (point: Point) => number | null,
): TimePoint[] {
  return points.flatMap((point, at) => {
    const value = told(point);
    const startAt = wallClockMs(point.startMs + shiftMs, zone);
    if (value === null) return [[startAt, null] as const];
    const next = points[at + 1];
    // Days and months are not all of one length.
    const isNear = next !== undefined && next.startMs - point.startMs < 1.5 * stepMs;
    if (isNear && told(next) !== null) return [[startAt, value] as const];
    const endMs = isNear ? next.startMs : point.startMs + stepMs;
    const endAt = wallClockMs(endMs + shiftMs, zone);
    return [[startAt, value] as const, [endAt, value] as const, [endAt, null] as const];
  });
}
