import { channelIdOf } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";

const START_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

type KeyedColumns = ReadingColumns & { readonly channelKeys: Int32Array };

/** Pages of the feed of a fleet, made quickly: every page has the readings of one instant of `length` meters, one each. */
export class FleetPages {
  readonly #meters: number;
  readonly #periodMs: number;
  readonly #names: string[];

  constructor(meters: number, periodMs: number) {
    this.#meters = meters;
    this.#periodMs = periodMs;
    this.#names = Array.from({ length: meters }, (_, meter) => channelIdOf(`M${meter}`, "forward_total"));
  }

  /**
   * Round `round` of the meters `from` up to `from + length`. Of a thousand meters one brings what is to be flagged: a
   * suspect reading, a register that falls, or none at all for an hour.
   */
  page(round: number, from: number, most: number): ReadingColumns {
    const length = Math.min(most, this.#meters - from);
    const page = emptyPage(length, this.#names.slice(from, from + length));
    const atMs = START_MS + round * this.#periodMs;
    const hours = (round * this.#periodMs) / HOUR_MS;
    for (let row = 0; row < length; row++) this.#put(page, row, from + row, atMs, hours);
    return page;
  }

  #put(page: KeyedColumns, row: number, meter: number, atMs: number, hours: number): void {
    const isFaulty = meter % 1000 === 7 && hours % 6 < 1;
    page.channelKeys[row] = meter;
    page.channelNos[row] = row;
    page.readAtMs[row] = atMs;
    page.counts[row] = BigInt(1_000_000 + (isFaulty ? 0 : litresAt(hours, meter)));
    page.qualities[row] = isFaulty && meter % 2000 === 7 ? 1 : 0;
  }
}

/** Litres used since the first reading: nothing at night, a meter's own rate by day; one in two hundred never stands still. */
function litresAt(hours: number, meter: number): number {
  const days = Math.floor(hours / 24);
  const used = (days * 16 + Math.max(0, Math.min(16, (hours % 24) - 6))) * (3 + (meter % 17));
  return Math.round(used + (meter % 200 === 3 ? hours * 20 : 0));
}

function emptyPage(length: number, channels: readonly string[]): KeyedColumns {
  return {
    length,
    channels,
    channelKeys: new Int32Array(length),
    channelNos: new Int32Array(length),
    readAtMs: new Float64Array(length),
    counts: new BigInt64Array(length),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length).fill(1),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}
