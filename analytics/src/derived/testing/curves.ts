import type { Curve } from "@nightflow/storage";
import { columnsOf, type SeriesRow } from "../../testing/series.ts";

/** The curve of one channel, as the store would give it from these rows. */
export function curveOfRows(
  rows: readonly SeriesRow[],
  channel: string,
  fromMs = 0,
  toMs = Number.MAX_SAFE_INTEGER,
): Curve {
  const own = rows
    .filter((row) => row.channel === channel && row.readAtMs >= fromMs && row.readAtMs < toMs)
    .sort((a, b) => a.readAtMs - b.readAtMs);
  const { length, readAtMs, counts, gauges, qualities, flags } = columnsOf(own);
  return { channel, length, readAtMs, counts, gauges, qualities, flags };
}
