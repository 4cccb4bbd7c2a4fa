/** Languages of pages and reports. */
export type Language = "zh" | "en";

const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** What stands where there is no value: a missing value is never a number. */
export const NO_VALUE = "–";

/** A number with at most `digits` decimals in the reader's language; a dash when there is none. */
export function formatNumber(value: number | null | undefined, language: Language, digits = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value);
}

/** A number with exactly `digits` decimals, so that a column of them stands straight; a dash when there is none. */
export function formatFixed(value: number | null | undefined, language: Language, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(LOCALES[language], fixed).format(value);
}

/** A share in percent. What is nearly all is never shown as all: 99.96 % of the readings is 99.9 %, not 100 %. */
export function formatShare(share: number | null | undefined, language: Language, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NO_VALUE;
  const scale = 10 ** (digits + 2);
  const shown = share < 1 && Math.round(share * scale) >= scale ? (scale - 1) / scale : share;
  return new Intl.NumberFormat(LOCALES[language], { style: "percent", maximumFractionDigits: digits }).format(shown);
}

/** Money with its currency. */
export function formatMoney(amount: number | null | undefined, currency: string, language: Language): string {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return NO_VALUE;
  return new Intl.NumberFormat(LOCALES[language], { style: "currency", currency, maximumFractionDigits: 2 }).format(
    amount,
  );
}

/** Date and time to the minute, in the utility's zone. */
export function formatDateTime(atMs: number | null | undefined, zone: string, language: Language): string {
  if (atMs === null || atMs === undefined) return NO_VALUE;
  const options = { timeZone: zone, dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(LOCALES[language], options).format(atMs);
}

const ISO_FORMATS = new Map<string, Intl.DateTimeFormat>();

function isoFormat(zone: string): Intl.DateTimeFormat {
  let format = ISO_FORMATS.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    ISO_FORMATS.set(zone, format);
  }
  return format;
}

/**
 * What the clock on the wall in `zone` shows, as if that were UTC: charts with `useUTC` then put their ticks on local
 * midnights. In the hour that comes twice in autumn two instants share a place.
 */
export function wallClockMs(atMs: number, zone: string): number {
  return Date.parse(`${isoFormat(zone).format(atMs).replace(" ", "T")}Z`);
}

/** ISO 8601 with the offset of `zone`, for exports: `2026-10-01T00:15:00+08:00`. */
export function isoWithOffset(atMs: number, zone: string): string {
  const wall = wallClockMs(atMs, zone);
  const minutes = Math.round((wall - Math.floor(atMs / 1000) * 1000) / 60_000);
  const sign = minutes < 0 ? "-" : "+";
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, "0");
  return `${new Date(wall).toISOString().slice(0, 19)}${sign}${two(minutes / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** The unit of a volume, and of the flow that fills it in an hour, as people write them. */
export function unitWords(volumeUnit: "m3" | "Sm3"): { readonly volume: string; readonly flow: string } {
  return volumeUnit === "m3" ? { volume: "m³", flow: "m³/h" } : { volume: "Sm³", flow: "Sm³/h" };
}
