import type { DailyWindow } from "@nightflow/domain";

const MINUTES_A_DAY = 1440;

/** Whether a wall clock stands in a daily window; without a window always. The end is not part of it. */
export function isInWindow(window: DailyWindow | undefined, localMs: number): boolean {
  if (window === undefined) return true;
  const minute = Math.floor(localMs / 60_000) % MINUTES_A_DAY;
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOf(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}
