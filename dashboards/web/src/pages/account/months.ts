import { wallClockMs } from "@nightflow/dashboards/reports";

/** The last months before the one that holds `nowMs`, newest first, then the present one: `2026-09`, `2026-08`, … */
export function monthsToOrder(nowMs: number, zone: string, count = 12): string[] {
  const now = new Date(wallClockMs(nowMs, zone));
  const month = (back: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
  return [...Array.from({ length: count }, (_, index) => month(index + 1)), month(0)];
}
