import { isoWithOffset, wallClockMs } from "@nightflow/dashboards/reports";

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?$/;

/** An instant as `2026-10-21 10:00:00` in a zone, for a field in which it is changed. */
export function localText(atMs: number, zone: string): string {
  return Math.abs(atMs) > 8.64e15 ? String(atMs) : isoWithOffset(atMs, zone).slice(0, 19).replace("T", " ");
}

/** The instant that a local time of a zone names; undefined when it names none (a spring hour that does not exist). */
export function instantOf(text: string, zone: string): number | undefined {
  const parts = SHAPE.exec(text.trim());
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  let at = wall - (wallClockMs(wall, zone) - wall);
  at = wall - (wallClockMs(at, zone) - at);
  const isOfCalendar = new Date(wall).toISOString().startsWith(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}`);
  return isOfCalendar && wallClockMs(at, zone) === wall ? at : undefined;
}
