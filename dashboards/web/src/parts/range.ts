import { wallClockMs } from "@nightflow/dashboards/reports";

/** Spans that curves are looked at in. */
export const RANGES = ["day", "week", "month"] as const;
export type Range = (typeof RANGES)[number];

/** Steps of a curve that read well in each span. */
export const STEP_OF: Readonly<Record<Range, "interval" | "hour">> = {
  day: "interval",
  week: "interval",
  month: "hour",
};

const DAY_MS = 86_400_000;

/**
 * The span that ends with the day of `nowMs` (or `back` spans before it): whole local days, a month by the calendar.
 * Instants, `to` not included.
 */
export function spanOf(
  range: Range,
  back: number,
  nowMs: number,
  zone: string,
): { readonly from: number; readonly to: number } {
  const today = Math.floor(wallClockMs(nowMs, zone) / DAY_MS);
  if (range === "month") {
    const date = new Date(today * DAY_MS);
    const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back + offset, 1) / DAY_MS;
    return { from: instantOfDay(month(0), zone), to: instantOfDay(month(1), zone) };
  }
  const days = range === "day" ? 1 : 7;
  const end = today + 1 - back * days;
  return { from: instantOfDay(end - days, zone), to: instantOfDay(end, zone) };
}

const QUARTER_MS = 900_000;

/**
 * The part of a span that has passed, to whole quarters of an hour: what is yet to come is no gap in the data. The whole
 * span where nothing of it has passed.
 */
export function passedOf(
  span: { readonly from: number; readonly to: number },
  nowMs: number,
): { readonly from: number; readonly to: number } {
  const passed = Math.floor(nowMs / QUARTER_MS) * QUARTER_MS;
  return passed > span.from && passed < span.to ? { from: span.from, to: passed } : span;
}

/** The instant at which a local day (days since 1970) begins: midnight, or the first instant there is after it. */
export function instantOfDay(day: number, zone: string): number {
  const wall = day * DAY_MS;
  // The zone's offset at the answer itself: two rounds settle it on the days on which the clock changes.
  let at = wall - (wallClockMs(wall, zone) - wall);
  at = wall - (wallClockMs(at, zone) - at);
  return at;
}
