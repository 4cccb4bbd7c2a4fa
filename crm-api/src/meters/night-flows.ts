import { medianOf } from "@nightflow/analytics/pure";
import type { NightColumns, ReadingStore } from "@nightflow/storage";
import { countsToM3, type MeasuredPoint } from "./points.ts";

const DAY_MS = 86_400_000;
const NIGHTS_BEFORE = 10;
const NIGHTS_AFTER = 3;

/** The least flow of a night before something began and since: medians of the nights, m³/h. */
export interface NightFlow {
  readonly beforeM3h: number | null;
  readonly nowM3h: number | null;
  /** Null while one of the two is not known. */
  readonly riseM3h: number | null;
}

/** The nights around an instant: ten before it, up to three from it on. */
function spanAround(startMs: number, nowMs: number) {
  return { fromMs: startMs - NIGHTS_BEFORE * DAY_MS, toMs: Math.min(nowMs, startMs + NIGHTS_AFTER * DAY_MS) };
}

/** Night flows of some registers around an instant, by meter; those without a measured night are left out. */
export async function nightFlowsAround(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  around: { readonly startMs: number; readonly nowMs: number; readonly zone: string },
): Promise<ReadonlyMap<string, NightFlow>> {
  if (points.length === 0) return new Map();
  const { startMs, nowMs, zone } = around;
  const channels = points.map((point) => point.channelId);
  const nights = await store.nightMinimum({ channels, ...spanAround(startMs, nowMs) }, zone);
  const sides = sidesOf(nights, nights.minCountsPerHour, startMs);
  return new Map(
    points.flatMap((point) => {
      const side = sides.get(point.channelId);
      return side === undefined ? [] : [[point.meterId, toNightFlow(side, (counts) => countsToM3(counts, point))]];
    }),
  );
}

/** How the lowest night pressure of some gauges changed around an instant, as a share of before; null when not known. */
export async function pressureChangeAround(
  store: ReadingStore,
  channels: readonly string[],
  around: { readonly startMs: number; readonly nowMs: number; readonly zone: string },
): Promise<number | null> {
  if (channels.length === 0) return null;
  const nights = await store.nightMinimum({ channels, ...spanAround(around.startMs, around.nowMs) }, around.zone);
  const changes = [...sidesOf(nights, nights.minGauges, around.startMs).values()].flatMap((side) => {
    const [before, now] = [medianOf(side.before), medianOf(side.now)];
    return before === null || now === null || before === 0 ? [] : [now / before - 1];
  });
  return medianOf(changes);
}

interface Sides {
  readonly before: number[];
  readonly now: number[];
}

function sidesOf(nights: NightColumns, values: Float64Array, startMs: number): Map<string, Sides> {
  const sides = new Map<string, Sides>();
  for (let row = 0; row < nights.length; row++) {
    const value = values[row] ?? Number.NaN;
    const channel = nights.channels[nights.channelNos[row] ?? -1];
    if (channel === undefined || Number.isNaN(value)) continue;
    const side = sides.get(channel) ?? { before: [], now: [] };
    sides.set(channel, side);
    // The night in which it began is on neither side.
    if ((nights.toMs[row] ?? 0) <= startMs) side.before.push(value);
    else if ((nights.fromMs[row] ?? 0) >= startMs) side.now.push(value);
  }
  return sides;
}

function toNightFlow(side: Sides, toM3: (counts: number) => number): NightFlow {
  const [before, now] = [medianOf(side.before), medianOf(side.now)];
  const beforeM3h = before === null ? null : toM3(before);
  const nowM3h = now === null ? null : toM3(now);
  return { beforeM3h, nowM3h, riseM3h: beforeM3h === null || nowM3h === null ? null : nowM3h - beforeM3h };
}
