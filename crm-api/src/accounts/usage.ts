import { calendarOf } from "@nightflow/analytics/pure";
import type { ReadingStore } from "@nightflow/storage";
import type { z } from "zod";
import { type MeasuredPoint, volumeUnitOf } from "../meters/points.ts";
import { completenessOf, totalM3, type UsageSeries, usageSeries } from "../meters/usage.ts";
import type { AccountUsage } from "./wire.ts";

const DAYS = 30;
// Below this share of measured time a comparison would compare gaps.
const COMPARABLE_SHARE = 0.5;

/** The last 30 whole local days, [from, to), and the 30 before, [before, from). */
export interface UsageSpans {
  readonly before: number;
  readonly from: number;
  readonly to: number;
}

/** The spans that an account's usage is of. */
export function usageSpans(zone: string, nowMs: number): UsageSpans {
  const calendar = calendarOf(zone);
  const today = calendar.dayOf(nowMs);
  const [before, from, to] = [2 * DAYS, DAYS, 0].map((days) => calendar.instantOf(today - days)) as [
    number,
    number,
    number,
  ];
  return { before, from, to };
}

/** Volume of the last 30 whole local days against the 30 before; null when there is no register. */
export async function accountUsage(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  zone: string,
  nowMs: number,
): Promise<z.infer<typeof AccountUsage> | null> {
  const [first] = points;
  if (first === undefined) return null;
  const { before, from, to } = usageSpans(zone, nowMs);
  const current = await usageSeries(store, points, from, to);
  const previous = await usageSeries(store, points, before, from);
  if (current === null || previous === null) return null;
  return {
    unit: volumeUnitOf(first),
    from,
    to,
    volume: totalM3(current),
    previousVolume: totalM3(previous),
    change: changeOf(current, previous),
    completeness: completenessOf(current),
    previousCompleteness: completenessOf(previous),
  };
}

/** Mean measured flow now ÷ before − 1, so that a gap does not look like a saving. */
export function changeOf(current: UsageSeries, previous: UsageSeries): number | null {
  return changeBetween(meanOf(current), meanOf(previous));
}

/** `changeOf` of two means; null where one is not known or there was none before. */
export function changeBetween(now: number | null, before: number | null): number | null {
  return now === null || before === null || before <= 0 ? null : now / before - 1;
}

function meanOf(series: UsageSeries): number | null {
  const total = totalM3(series);
  const measured = series.volumesM3.reduce((count, volume) => count + (Number.isNaN(volume) ? 0 : 1), 0);
  return total === null || measured < series.volumesM3.length * COMPARABLE_SHARE ? null : total / measured;
}

/** The span of the same number of local days right before [from, to). */
export function previousSpan(from: number, to: number, zone: string): { from: number; to: number } {
  const calendar = calendarOf(zone);
  const lastDay = calendar.dayOf(to - 1);
  const days = lastDay - calendar.dayOf(from) + 1;
  const back = (atMs: number) => {
    const day = calendar.dayOf(atMs);
    return calendar.instantOf(day - days) + (atMs - calendar.instantOf(day));
  };
  return { from: back(from), to: back(to) };
}
