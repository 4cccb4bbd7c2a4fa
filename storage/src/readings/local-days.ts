import { zoneOffsetReader } from "@nightflow/domain";
import type { NightWindow } from "../ports.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A stretch of time, fromMs <= time < toMs. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a night is taken as quiet if nobody says otherwise. */
export const DEFAULT_NIGHT: NightWindow = { fromHour: 2, toHour: 4 };

const EARLIEST_MS = Date.UTC(2000, 0, 1) - DAY_MS;

/**
 * A range cut to where readings can lie: none is older than 2000 (ingest refuses it) or newer than the newest one. "All time"
 * can then be asked for as a range without end.
 */
export function withinReadings<Range extends Period>(range: Range, newestMs: number): Range {
  const cut = (ms: number) => Math.min(Math.max(ms, EARLIEST_MS), Math.max(newestMs + 1, EARLIEST_MS));
  return { ...range, fromMs: cut(range.fromMs), toMs: cut(range.toMs) };
}

/** The UTC hours that begin in [fromMs, toMs). */
export function hoursBetween(fromMs: number, toMs: number): Period[] {
  const hours: Period[] = [];
  for (let at = Math.ceil(fromMs / HOUR_MS) * HOUR_MS; at < toMs; at += HOUR_MS)
    hours.push({ fromMs: at, toMs: at + HOUR_MS });
  return hours;
}

/** The local days of a zone that begin in [fromMs, toMs). @throws {RangeError} when the zone is not known. */
export function daysBetween(fromMs: number, toMs: number, zone: string): Period[] {
  return localPeriods(fromMs, toMs, zone, 0, 24);
}

/** The windows of the local nights that begin in [fromMs, toMs). @throws {RangeError} when the zone is not known. */
export function nightsBetween(fromMs: number, toMs: number, zone: string, window: NightWindow): Period[] {
  const { fromHour, toHour } = window;
  if (!(fromHour >= 0 && fromHour < toHour && toHour <= 24))
    throw new RangeError(`a night runs from an hour to a later one of the same day, not ${fromHour} to ${toHour}`);
  return localPeriods(fromMs, toMs, zone, fromHour, toHour);
}

function localPeriods(fromMs: number, toMs: number, zone: string, fromHour: number, toHour: number): Period[] {
  const offsetAt = zoneOffsetReader(zone);
  const periods: Period[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) - 1; day * DAY_MS < toMs + DAY_MS; day++) {
    const from = instantOf(day * DAY_MS + fromHour * HOUR_MS, offsetAt);
    const to = instantOf(day * DAY_MS + toHour * HOUR_MS, offsetAt);
    if (from >= fromMs && from < toMs && to > from) periods.push({ fromMs: from, toMs: to });
  }
  return periods;
}

/** The instant at which a local day `YYYY-MM-DD` begins. @throws {RangeError} when the zone is not known. */
export function startOfDay(day: string, zone: string): number {
  return instantOf(Date.parse(`${day}T00:00:00Z`), zoneOffsetReader(zone));
}

// Of an hour that comes twice the first is meant; a skipped one is the instant of the jump's length later.
function instantOf(localMs: number, offsetAt: (utcMs: number) => number): number {
  const before = offsetAt(localMs - DAY_MS);
  const first = localMs - before;
  return offsetAt(first) === before ? first : laterSide(localMs, first, before, offsetAt);
}

function laterSide(localMs: number, first: number, before: number, offsetAt: (utcMs: number) => number): number {
  const second = localMs - offsetAt(first);
  return offsetAt(second) === offsetAt(first) ? second : localMs - before;
}
