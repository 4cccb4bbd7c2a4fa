import type { ReadingColumns } from "@nightflow/storage";

const WORD = 2 ** 32;

/**
 * Readings as columns, as a commit wants them, of which the first `used` rows are filled. A row has counts or a gauge; the
 * other column is 0n or NaN there, as both are where the reading is missing.
 */
export class RowBlock {
  used = 0;
  readonly size: number;
  readonly channelNos: Int32Array;
  readonly readAtMs: Float64Array;
  readonly counts: BigInt64Array;
  /** The counts as pairs of 32 bits, the low one first: a number is written and compared without making a bigint. */
  readonly words: Int32Array;
  readonly gauges: Float64Array;
  readonly isRegister: Uint8Array;
  readonly qualities: Uint8Array;
  readonly flags: Uint32Array;
  readonly origins: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.channelNos = new Int32Array(size);
    this.readAtMs = new Float64Array(size);
    this.counts = new BigInt64Array(size);
    this.words = new Int32Array(this.counts.buffer);
    this.gauges = new Float64Array(size);
    this.isRegister = new Uint8Array(size);
    this.qualities = new Uint8Array(size);
    this.flags = new Uint32Array(size);
    this.origins = new Uint8Array(size);
  }

  /** Makes row `to` the same as row `from` of another block. */
  copy(to: number, block: RowBlock, from: number): void {
    this.channelNos[to] = block.channelNos[from] ?? 0;
    this.readAtMs[to] = block.readAtMs[from] ?? 0;
    this.words[2 * to] = block.words[2 * from] ?? 0;
    this.words[2 * to + 1] = block.words[2 * from + 1] ?? 0;
    this.gauges[to] = block.gauges[from] ?? 0;
    this.isRegister[to] = block.isRegister[from] ?? 0;
    this.qualities[to] = block.qualities[from] ?? 0;
    this.flags[to] = block.flags[from] ?? 0;
    this.origins[to] = block.origins[from] ?? 0;
  }

  /** The rows from the first to the last used one, as the columns of a commit. */
  columns(channels: readonly string[]): ReadingColumns {
    const { used, size, words: _, ...columns } = this;
    const length = used;
    if (used === size) return { ...columns, length, channels };
    return {
      length,
      channels,
      channelNos: this.channelNos.slice(0, used),
      readAtMs: this.readAtMs.slice(0, used),
      counts: this.counts.slice(0, used),
      gauges: this.gauges.slice(0, used),
      isRegister: this.isRegister.slice(0, used),
      qualities: this.qualities.slice(0, used),
      flags: this.flags.slice(0, used),
      origins: this.origins.slice(0, used),
    };
  }
}

/** Writes a whole number up to 2^53 as the counts at `at`. */
export function setCounts(words: Int32Array, at: number, counts: number): void {
  words[2 * at] = counts | 0;
  words[2 * at + 1] = Math.floor(counts / WORD);
}

/** The counts at `at`, rounded to a double where they are above 2^53. */
export function countsAt(words: Int32Array, at: number): number {
  return (words[2 * at + 1] ?? 0) * WORD + ((words[2 * at] ?? 0) >>> 0);
}

/** How much the counts of one row are above those of another; rounded once, where the difference is above 2^53. */
export function advanceOf(to: Int32Array, toAt: number, from: Int32Array, fromAt: number): number {
  const high = (to[2 * toAt + 1] ?? 0) - (from[2 * fromAt + 1] ?? 0);
  const low = ((to[2 * toAt] ?? 0) >>> 0) - ((from[2 * fromAt] ?? 0) >>> 0);
  return high * WORD + low;
}
