import { QUALITY_CODES } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import type { Row } from "./checked-batch.ts";

/** Rows as the columns of a commit, in the same order. */
export function columnsOf(rows: readonly Row[]): ReadingColumns {
  const numbers = new Map<string, number>();
  for (const { channel } of rows) if (!numbers.has(channel.id)) numbers.set(channel.id, numbers.size);
  const columns = blankColumns(rows.length, [...numbers.keys()]);
  rows.forEach((row, i) => {
    const isMissing = row.quality === QUALITY_CODES.missing;
    columns.channelNos[i] = numbers.get(row.channel.id) ?? 0;
    columns.readAtMs[i] = row.readAtMs;
    columns.counts[i] = isMissing ? 0n : row.counts;
    columns.gauges[i] = isMissing ? Number.NaN : row.gauge;
    columns.isRegister[i] = row.isRegister ? 1 : 0;
    columns.qualities[i] = row.quality;
    columns.flags[i] = row.flags;
    columns.origins[i] = row.origin;
  });
  return columns;
}

function blankColumns(length: number, channels: readonly string[]): ReadingColumns {
  return {
    length,
    channels,
    channelNos: new Int32Array(length),
    readAtMs: new Float64Array(length),
    counts: new BigInt64Array(length),
    gauges: new Float64Array(length),
    isRegister: new Uint8Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}
