import type { ReadingColumns } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A Monday, midnight in Shanghai. */
export const START_MS = Date.parse("2025-06-01T16:00:00Z");

/** A home's water meter in Shanghai, at 1 L, read each hour; `change` replaces what a test needs. */
export function meterOf(meter: string, change: Partial<MeteredChannel> = {}): MeteredChannel {
  return {
    channel: `${meter}.forward_total`,
    meter,
    purpose: "customer",
    commodity: "water",
    quantity: "forward_total",
    periodMs: HOUR_MS,
    litresPerCount: 1,
    capacityCounts: null,
    maxCountsPerHour: null,
    q3M3h: null,
    dma: null,
    inletOf: [],
    account: null,
    isKeyAccount: false,
    unitId: "00000000-0000-7000-8000-000000000001",
    unitPath: "town/",
    zone: "Asia/Shanghai",
    currency: "CNY",
    pricePerM3: 3,
    agent: null,
    ...change,
  };
}

/** One reading of a test's series. */
export interface SeriesRow {
  readonly channel: string;
  readonly readAtMs: number;
  readonly counts: number;
  /** The value of a gauge, in place of counts. */
  readonly gauge?: number;
  readonly quality?: number;
  readonly flags?: number;
  readonly isImported?: boolean;
}

/** Rows as the feed brings them. */
export function columnsOf(rows: readonly SeriesRow[]): ReadingColumns {
  const channels = [...new Set(rows.map((row) => row.channel))];
  return {
    length: rows.length,
    channels,
    channelNos: Int32Array.from(rows, (row) => channels.indexOf(row.channel)),
    readAtMs: Float64Array.from(rows, (row) => row.readAtMs),
    counts: BigInt64Array.from(rows, (row) => BigInt(row.counts)),
    gauges: Float64Array.from(rows, (row) => row.gauge ?? Number.NaN),
    isRegister: Uint8Array.from(rows, (row) => (row.gauge === undefined ? 1 : 0)),
    qualities: Uint8Array.from(rows, (row) => row.quality ?? 0),
    flags: Uint32Array.from(rows, (row) => row.flags ?? 0),
    origins: Uint8Array.from(rows, (row) => (row.isImported ? 1 : 0)),
  };
}

/** The register of a meter that uses `litresOf(hour)` in each hour from START_MS; hours for which `skip` says so are not read. */
export function hourlyRows(
  channel: string,
  hours: number,
  litresOf: (hour: number) => number,
  options: { readonly skip?: (hour: number) => boolean; readonly importedUntil?: number } = {},
): SeriesRow[] {
  const rows: SeriesRow[] = [];
  let counts = 1000;
  for (let hour = 0; hour <= hours; hour++) {
    const readAtMs = START_MS + hour * HOUR_MS;
    if (!options.skip?.(hour))
      rows.push({ channel, readAtMs, counts, isImported: hour < (options.importedUntil ?? 0) });
    counts += litresOf(hour);
  }
  return rows;
}

/** A home: nothing at night, a few litres by day, more in the morning and evening; the same every day but for a little noise. */
export function homeLitres(hour: number): number {
  const ofDay = hour % 24;
  if (ofDay < 6 || ofDay === 23) return 0;
  const noise = (hour * 2654435761) % 7;
  if (ofDay === 11 || ofDay === 15) return 0;
  return (ofDay === 7 || ofDay === 19 ? 40 : 8) + noise;
}
