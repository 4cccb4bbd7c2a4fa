import type { ReadingStore } from "@nightflow/storage";

/** One reading as it rests in a store. */
export interface StoredRow {
  readonly channel: string;
  readonly readAtMs: number;
  /** Counts of a register or a gauge's number; null where missing. */
  readonly value: number | null;
}

const MISSING = 2;

/** All that a store shows of some channels, read back as curves. */
export async function storedRows(store: ReadingStore, channels: readonly string[]): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for (const channel of channels) {
    const curve = await store.curve(channel, 0, 8.64e15);
    for (let at = 0; at < curve.length; at++) {
      const counts = Number(curve.counts[at]);
      const gauge = curve.gauges[at] ?? Number.NaN;
      const value = curve.qualities[at] === MISSING ? null : Number.isNaN(gauge) ? counts : gauge;
      rows.push({ channel, readAtMs: curve.readAtMs[at] ?? 0, value });
    }
  }
  return rows;
}

/** How many of some rows share channel and instant with another. */
export function repeatedRows(rows: readonly StoredRow[]): number {
  return rows.length - new Set(rows.map(({ channel, readAtMs }) => `${channel}@${readAtMs}`)).size;
}
