import type { ChannelTable } from "./channel-table.ts";
import type { CheckedBatch, Row } from "./checked-batch.ts";
import { RowBlock } from "./row-block.ts";

/** Rows `from` to `from + length` of a block that batches may share; channels by their numbers. */
export interface PackedRows {
  readonly block: RowBlock;
  readonly from: number;
  readonly length: number;
}

const BLOCK_ROWS = 4096;

/**
 * Hands out places for rows. Small batches share a block, since typed arrays of their own would cost more than their
 * readings; a block goes when the last of its batches has gone.
 */
export class RowPlaces {
  #block = new RowBlock(BLOCK_ROWS);

  /** A block with room for so many rows behind its `used` ones; who fills them moves `used` on. */
  blockFor(rows: number): RowBlock {
    if (this.#block.used + rows > this.#block.size) this.#block = new RowBlock(Math.max(BLOCK_ROWS, rows));
    return this.#block;
  }
}

/** The storable rows of a batch as columns. */
export function packedRows({ packed, rows }: CheckedBatch, table: ChannelTable): PackedRows {
  if (packed !== undefined) return packed;
  const block = new RowBlock(rows.length);
  for (const row of rows) put(block, block.used++, row, table.numberOf(row.channel));
  return { block, from: 0, length: rows.length };
}

/** The storable rows of a batch, each by itself. */
export function singleRows({ packed, rows }: CheckedBatch, table: ChannelTable): readonly Row[] {
  if (packed === undefined) return rows;
  const { block, from, length } = packed;
  return Array.from({ length }, (_, at) => rowAt(block, from + at, table.channelOf(block.channelNos[from + at] ?? 0)));
}

/** One row of a block by itself. */
export function rowAt(block: RowBlock, at: number, channel: Row["channel"]): Row {
  return {
    channel,
    isRegister: block.isRegister[at] === 1,
    readAtMs: block.readAtMs[at] ?? Number.NaN,
    quality: block.qualities[at] ?? 0,
    counts: block.counts[at] ?? 0n,
    gauge: block.gauges[at] ?? Number.NaN,
    flags: block.flags[at] ?? 0,
    origin: block.origins[at] ?? 0,
  };
}

function put(block: RowBlock, at: number, row: Row, channelNo: number): void {
  block.channelNos[at] = channelNo;
  block.readAtMs[at] = row.readAtMs;
  block.counts[at] = row.counts;
  block.gauges[at] = row.gauge;
  block.isRegister[at] = row.isRegister ? 1 : 0;
  block.qualities[at] = row.quality;
  block.flags[at] = row.flags;
  block.origins[at] = row.origin;
}
