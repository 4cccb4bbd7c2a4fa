import { zoneOffsetReader } from "@nightflow/domain";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Local days and hours of one time zone. A day is the number of whole local days since 1970-01-01. */
export interface ZoneCalendar {
  readonly zone: string;
  /** Local time minus UTC at an instant, in ms. */
  offsetMs(utcMs: number): number;
  /** The local day that holds an instant. */
  dayOf(utcMs: number): number;
  /** Instant at which a local day begins, plus `hours` on the wall clock; in a skipped hour the instant after the jump. */
  instantOf(day: number, hours?: number): number;
  /** Hours since local midnight on the wall clock, 0 to under 24. */
  hourOf(utcMs: number): number;
}

const calendars = new Map<string, ZoneCalendar>();

/**
 * The calendar of an IANA zone, cached; days have 23 to 25 hours where the clocks change.
 *
 * @throws {RangeError} when the zone is not known to the platform.
 */
export function calendarOf(zone: string): ZoneCalendar {
  let calendar = calendars.get(zone);
  if (!calendar) {
    calendar = makeCalendar(zone);
    calendars.set(zone, calendar);
  }
  return calendar;
}

function makeCalendar(zone: string): ZoneCalendar {
  const offsetMs = cachedOffsets(zone);
  const dayOf = (utcMs: number) => Math.floor((utcMs + offsetMs(utcMs)) / DAY_MS);
  return {
    zone,
    offsetMs,
    dayOf,
    instantOf: (day, hours = 0) => instantOfLocal(day * DAY_MS + hours * HOUR_MS, offsetMs),
    hourOf: (utcMs) => ((((utcMs + offsetMs(utcMs)) % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS,
  };
}

/** Two offsets a day decide whether the clocks change in it; only on such days Intl is asked for every quarter hour. */
function cachedOffsets(zone: string): (utcMs: number) => number {
  const compute = zoneOffsetReader(zone);
  const cache = new Map<number, number>();
  const cached = (utcMs: number, key: number) => {
    let offset = cache.get(key);
    if (offset === undefined) {
      offset = compute(utcMs);
      cache.set(key, offset);
    }
    return offset;
  };
  // The day asked last, if its offset is one: readings of one hour come together.
  let [lastFromMs, lastOffsetMs] = [Number.NaN, 0];
  return (utcMs) => {
    if (utcMs >= lastFromMs && utcMs < lastFromMs + DAY_MS) return lastOffsetMs;
    const day = Math.floor(utcMs / DAY_MS);
    const first = cached(day * DAY_MS, day * 96);
    if (first === cached((day + 1) * DAY_MS, (day + 1) * 96)) {
      [lastFromMs, lastOffsetMs] = [day * DAY_MS, first];
      return first;
    }
    const quarter = Math.floor(utcMs / (HOUR_MS / 4));
    return cached(quarter * (HOUR_MS / 4), quarter);
  };
}

function instantOfLocal(localMs: number, offsetMs: (utcMs: number) => number): number {
  const guess = localMs - offsetMs(localMs);
  const corrected = localMs - offsetMs(guess);
  return localMs - offsetMs(corrected) === corrected ? corrected : Math.max(guess, corrected);
}

/** A local day as `YYYY-MM-DD`. */
export function dateTextOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The local day of a date `YYYY-MM-DD`. */
export function dayOfDate(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** 0 Sunday to 6 Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Whether a local day is a Saturday or Sunday. */
export function isWeekend(day: number): boolean {
  return weekdayOf(day) % 6 === 0;
}
