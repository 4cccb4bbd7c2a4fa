import { DAY_MS } from "./calendar.ts";

/** Day of the year, 1 to 366, of a day counted from 1970. */
export function dayOfYear(day: number): number {
  const date = new Date(day * DAY_MS);
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

/** Gas temperature in a meter cupboard, °C: the year's wave and the day's, smooth in time. */
export function cupboardTemperatureC(localMs: number): number {
  const yearWave = Math.cos(((localMs / DAY_MS - 197) / 365.25) * 2 * Math.PI);
  const dayWave = Math.cos(((localMs % DAY_MS) / DAY_MS - 15 / 24) * 2 * Math.PI);
  return 16 + 11 * yearWave + 3 * dayWave;
}
