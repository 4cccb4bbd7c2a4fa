import { type Language, unitWords, wallClockMs } from "../format.ts";
import { type ChartOption, line, timeChart } from "./frame.ts";
import { HATCH, PALETTE } from "./palette.ts";

/** One interval in its versions; volumes in m³ (Sm³), null where there is none. */
export interface VersionedPoint {
  readonly startMs: number;
  readonly rawM3: number | null;
  readonly validatedM3: number | null;
  readonly volumeM3: number | null;
  readonly quality: "good" | "estimated" | "edited" | "suspect" | "missing" | "invalid";
}

const WORDS = {
  zh: {
    title: "时段用量的各版本",
    read: "实测",
    suspect: "可疑",
    estimated: "估算",
    edited: "修正",
    validated: "修正前",
  },
  en: {
    title: "versions of the intervals",
    read: "read",
    suspect: "suspect",
    estimated: "estimated",
    edited: "edited",
    validated: "before the edit",
  },
} as const;

const DOTS = { symbol: "circle", dashArrayX: [[4, 4]], dashArrayY: [4, 4], color: "rgba(255,255,255,0.8)" };

type Kind = "read" | "suspect" | "estimated" | "edited";

const STYLES: Readonly<Record<Kind, object>> = {
  read: { color: PALETTE.actual },
  suspect: { color: PALETTE.previous, decal: DOTS },
  estimated: { color: PALETTE.estimated, decal: HATCH },
  edited: { color: PALETTE.floor, borderColor: PALETTE.text, borderWidth: 1 },
};

/**
 * The intervals of a meter as bars: read ones plain, estimates hatched, edits in a frame of their own colour with a line at
 * what stood there before. Intervals without a volume leave a gap.
 */
export function intervalVersionsChart(input: {
  readonly points: readonly VersionedPoint[];
  readonly zone: string;
  readonly volumeUnit: "m3" | "Sm3";
  readonly language: Language;
}): ChartOption {
  const { points, zone, language } = input;
  const words = WORDS[language];
  const at = (point: VersionedPoint) => wallClockMs(point.startMs, zone);
  const kinds = (Object.keys(STYLES) as Kind[]).filter((kind) => points.some((point) => kindOf(point) === kind));
  const bars = kinds.map((kind) => ({
    type: "bar",
    name: words[kind],
    barGap: "-100%",
    barMaxWidth: 24,
    itemStyle: STYLES[kind],
    data: points.map((point) => [at(point), kindOf(point) === kind ? point.volumeM3 : null]),
  }));
  const before = points.map((point) => [at(point), kindOf(point) === "edited" ? point.validatedM3 : null] as const);
  const edits = kinds.includes("edited")
    ? [
        line(words.validated, before, PALETTE.estimated, {
          step: "middle",
          lineStyle: { type: "dashed", color: PALETTE.estimated },
        }),
      ]
    : [];
  return timeChart({
    yName: unitWords(input.volumeUnit).volume,
    series: [...bars, ...edits],
    language,
    title: words.title,
    canZoom: true,
  });
}

function kindOf({ quality }: VersionedPoint): Kind | null {
  if (quality === "good") return "read";
  return quality === "suspect" || quality === "estimated" || quality === "edited" ? quality : null;
}
