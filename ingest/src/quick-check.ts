import { BatchScanner, ORIGIN_CODES, QUALITY_CODES } from "@nightflow/domain";
import { type ChannelTable, NO_CHANNEL } from "./channel-table.ts";
import type { CheckedBatch } from "./checked-batch.ts";
import { RowPlaces } from "./packed-rows.ts";
import { EARLIEST_READ_AT, MAX_AHEAD_MS } from "./reading-check.ts";
import { type RowBlock, setCounts } from "./row-block.ts";

const NONE: readonly never[] = [];

/**
 * Checks batches in which nothing is out of the ordinary, from bytes to columns. Whatever is not, from a blank in the JSON
 * to one unknown channel, it leaves as a whole to `checkPayload`, which judges all payloads and would say the same.
 */
export class QuickCheck {
  readonly #table: ChannelTable;
  readonly #places = new RowPlaces();
  readonly #scanner = new BatchScanner();

  constructor(table: ChannelTable) {
    this.#table = table;
  }

  /** The batch of `agent` (`site/agent`), every reading storable; undefined when it takes a closer look. */
  check(payload: Uint8Array, agent: string, nowMs: number): CheckedBatch | undefined {
    const scanner = this.#scanner;
    if (!scanner.scan(payload)) return undefined;
    const { length, epoch, seq } = scanner;
    const block = this.#places.blockFor(length);
    const from = block.used;
    const origin = ORIGIN_CODES[scanner.origin];
    const latestMs = nowMs + MAX_AHEAD_MS;
    for (let row = 0; row < length; row++)
      if (!this.#put(block, from + row, row, payload, origin, latestMs)) return undefined;
    block.used += length;
    return {
      agent,
      mark: { agent, epoch, seq },
      rows: NONE,
      packed: { block, from, length },
      setAside: NONE,
      isBroken: false,
    };
  }

  #put(block: RowBlock, to: number, row: number, bytes: Uint8Array, origin: number, latestMs: number): boolean {
    const scanner = this.#scanner;
    const readAtMs = scanner.readAtMs[row] ?? 0;
    if (readAtMs < EARLIEST_READ_AT || readAtMs > latestMs) return false;
    const { idStarts, idEnds, idHashes } = scanner;
    const no = this.#table.find(bytes, idStarts[row] ?? 0, idEnds[row] ?? 0, idHashes[row] ?? 0);
    if (no === NO_CHANNEL || !this.#putValue(block, to, no, row)) return false;
    block.channelNos[to] = no;
    block.readAtMs[to] = readAtMs;
    block.qualities[to] = scanner.qualities[row] ?? 0;
    block.flags[to] = scanner.flags[row] ?? 0;
    block.origins[to] = origin;
    return true;
  }

  #putValue(block: RowBlock, to: number, no: number, row: number): boolean {
    const value = this.#scanner.values[row] ?? Number.NaN;
    const isRegister = this.#table.isRegister(no);
    const isCounted = isRegister && this.#scanner.qualities[row] !== QUALITY_CODES.missing;
    if (isCounted && !Number.isSafeInteger(value)) return false;
    setCounts(block.words, to, isCounted ? value : 0);
    block.gauges[to] = isRegister ? Number.NaN : value;
    block.isRegister[to] = isRegister ? 1 : 0;
    return true;
  }
}
