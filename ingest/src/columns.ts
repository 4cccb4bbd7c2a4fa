import { QUALITY_CODES } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import type { Row } from "./checked-batch.ts";
import type { Turns } from "./turns.ts";

const ROWS_A_TURN = 2000;

/** Rows as the columns of a commit, in the same order. */
export async function columnsOf(rows: readonly Row[], turns: Turns): Promise<ReadingColumns> {
  const numbers = new Map<string, number>();
  const columns = blankColumns(rows.length);
  for (let from = 0; from < rows.length; from += ROWS_A_TURN)
    await turns.run(() => fillColumns(columns, numbers, rows, from));
  return { ...columns, channels: [...numbers.keys()] };
}

function fillColumns(
  columns: Omit<ReadingColumns, "channels">,
  numbers: Map<string, number>,
  rows: readonly Row[],
  from: number,
): void {
  const until = Math.min(from + ROWS_A_TURN, rows.length);
  for (let i = from; i < until; i++) {
    const row = rows[i];
    if (row === undefined) continue;
    const no = numbers.get(row.channel.id) ?? numbers.size;
    if (no === numbers.size) numbers.set(row.channel.id, no);
    columns.channelNos[i] = no;
    columns.readAtMs[i] = row.readAtMs;
    columns.counts[i] = row.quality === QUALITY_CODES.missing ? 0n : row.counts;
    columns.gauges[i] = row.quality === QUALITY_CODES.missing ? Number.NaN : row.gauge;
    columns.isRegister[i] = row.isRegister ? 1 : 0;
    columns.qualities[i] = row.quality;
    columns.flags[i] = row.flags;
    columns.origins[i] = row.origin;
  }
}

function blankColumns(length: number): Omit<ReadingColumns, "channels"> {
  return {
    length,
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
