import { calendarOf } from "@nightflow/analytics/pure";

const MINUTE_MS = 60_000;

/** An instant as local ISO time with its offset: `2026-10-31T08:00:00+08:00`. */
export function isoInZone(atMs: number, zone: string): string {
  const offsetMs = calendarOf(zone).offsetMs(atMs);
  const local = new Date(atMs + offsetMs).toISOString().slice(0, 19);
  return `${local}${offsetText(offsetMs / MINUTE_MS)}`;
}

function offsetText(minutes: number): string {
  const sign = minutes < 0 ? "-" : "+";
  const whole = Math.abs(minutes);
  return `${sign}${twoDigits(Math.floor(whole / 60))}:${twoDigits(whole % 60)}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}

/** The local year, month (1 to 12) and day of the month that hold an instant. */
export function localDateOf(atMs: number, zone: string): { year: number; month: number; day: number } {
  const local = new Date(atMs + calendarOf(zone).offsetMs(atMs));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** A month `2026-10` as whole local days: its first day and the first day after it. */
export function monthPeriod(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return { from: `${month}-01`, to: dateText(Date.UTC(year, number, 1)) };
}

/** The month `2026-10` before the one that holds an instant. */
export function previousMonth(atMs: number, zone: string): string {
  const { year, month } = localDateOf(atMs, zone);
  return dateText(Date.UTC(year, month - 2, 1)).slice(0, 7);
}

function dateText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10);
}
