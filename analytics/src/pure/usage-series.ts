import type { EmittedInterval } from "./intervals.ts";
import { INTERVAL_CODES, type IntervalOptions, intervalsOf } from "./intervals.ts";
import type { UsageIntervalQuality, UsageMeterInput, UsagePoint } from "./usage-report.ts";
import { withEdits } from "./vee/edits.ts";
import { type EstimateContext, estimateShape, knownInstants } from "./vee/estimate.ts";

const NO_EDITS: ReadonlyMap<number, number | null> = new Map();
const QUALITY_NAMES: readonly UsageIntervalQuality[] = ["good", "estimated", "suspect", "missing"];

/** What estimates take their shape from: the clock of the place, and the class of use. */
export type UsageShape = Pick<EstimateContext, "calendar" | "profile">;

/** What turns a meter's curve into intervals. */
export function intervalOptionsOf(meter: UsageMeterInput): IntervalOptions {
  return {
    periodMs: meter.periodMs,
    capacityCounts: meter.capacityCounts,
    maxCountsPerHour: meter.maxCountsPerHour,
  };
}

/**
 * The account's consumption on one grid of `stepMs` over [fromMs, toMs): the sum of its meters. A point is as good as its
 * worst part; it has no volume when any meter has none for it, so a sum is never silently too small.
 */
export function usageSeries(
  meters: readonly UsageMeterInput[],
  fromMs: number,
  toMs: number,
  stepMs: number,
  shape: UsageShape,
): UsagePoint[] {
  const parts = meters.map((meter) => meterPoints(meter, fromMs, toMs, stepMs, shape));
  const length = Math.ceil((toMs - fromMs) / stepMs);
  return Array.from({ length }, (_, i) => sumPoints(fromMs + i * stepMs, parts, i));
}

interface Part {
  readonly volumeM3: number;
  readonly quality: number;
}

function sumPoints(startMs: number, parts: readonly (readonly Part[])[], at: number): UsagePoint {
  let volumeM3 = 0;
  let quality = parts.length === 0 ? INTERVAL_CODES.missing : 0;
  for (const part of parts) {
    const own = part[at];
    volumeM3 += own?.volumeM3 ?? 0;
    quality = Math.max(quality, own?.quality ?? INTERVAL_CODES.missing);
  }
  const name = QUALITY_NAMES[quality] ?? "missing";
  return { startMs, volumeM3: name === "missing" ? null : volumeM3, quality: name };
}

/** One meter on the report's grid. A step is missing until all of the meter's own periods in it have a volume. */
function meterPoints(meter: UsageMeterInput, fromMs: number, toMs: number, stepMs: number, shape: UsageShape): Part[] {
  const length = Math.ceil((toMs - fromMs) / stepMs);
  const counts = new Float64Array(length);
  const quality = new Uint8Array(length);
  const seen = new Uint16Array(length);
  const series = intervalsOf(meter.curve, intervalOptionsOf(meter));
  const rows = estimateShape(series, { ...shape, knownAtMs: knownInstants(meter.curve) });
  for (const row of withEdits(rows, meter.edits ?? NO_EDITS, meter.periodMs)) {
    if (row.startMs < fromMs || row.endMs > toMs) continue;
    addRow(row, Math.floor((row.startMs - fromMs) / stepMs), { counts, quality, seen });
  }
  const needed = stepMs / meter.periodMs;
  return Array.from({ length }, (_, i) => ({
    volumeM3: (counts[i] ?? 0) * meter.resolutionM3,
    quality: (seen[i] ?? 0) < needed ? INTERVAL_CODES.missing : (quality[i] ?? 0),
  }));
}

function addRow(
  row: Readonly<EmittedInterval>,
  at: number,
  into: { counts: Float64Array; quality: Uint8Array; seen: Uint16Array },
): void {
  into.counts[at] = (into.counts[at] ?? 0) + row.counts;
  into.quality[at] = Math.max(into.quality[at] ?? 0, row.quality);
  into.seen[at] = (into.seen[at] ?? 0) + 1;
}
