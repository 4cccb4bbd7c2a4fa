import type { ChannelTable } from "./channel-table.ts";
import { Baselines } from "./plausibility.ts";
import { TouchedColumns } from "./touched-channels.ts";

const FIRST_SIZE = 1024;
const UNKNOWN = Number.NaN;

/** What ingest remembers of each channel, by its number: the newest read time and the baseline of a register. */
export class ChannelMemory {
  /** Where a channel stands among those that the commit now being planned touches. */
  places = new Int32Array(FIRST_SIZE);
  /** What that commit makes of them. */
  readonly touched = new TouchedColumns();
  /** The newest read time of each channel, -Infinity for none, NaN where the store's answer was not looked at yet. */
  #newestReadAtMs = new Float64Array(FIRST_SIZE).fill(UNKNOWN);
  #baselines = new Baselines(FIRST_SIZE);
  #isLearnt = new Uint8Array(FIRST_SIZE);
  #stored: ReadonlyMap<string, number> = new Map();

  /** Forgets everything; `stored` is the newest read time of each channel in the store. */
  restart(stored: ReadonlyMap<string, number>): void {
    this.#stored = stored;
    this.#newestReadAtMs.fill(UNKNOWN);
    this.#isLearnt.fill(0);
  }

  /** Makes room for every channel of the table; to be called before the others. */
  reserve({ size }: ChannelTable): void {
    const before = this.#isLearnt.length;
    if (size <= before) return;
    const length = Math.max(size, before * 2);
    this.#newestReadAtMs = grown(new Float64Array(length).fill(UNKNOWN), this.#newestReadAtMs);
    this.#isLearnt = grown(new Uint8Array(length), this.#isLearnt);
    this.#baselines = new Baselines(length, this.#baselines);
    // Places are of one commit, which begins after this.
    this.places = new Int32Array(length);
  }

  newestReadAtMs(no: number, table: ChannelTable): number {
    const known = this.#newestReadAtMs[no] ?? UNKNOWN;
    if (!Number.isNaN(known)) return known;
    const stored = this.#stored.get(table.idOf(no)) ?? Number.NEGATIVE_INFINITY;
    this.#newestReadAtMs[no] = stored;
    return stored;
  }

  setNewestReadAtMs(no: number, atMs: number): void {
    this.#newestReadAtMs[no] = atMs;
  }

  /** The baselines by channel number. */
  get baselines(): Baselines {
    return this.#baselines;
  }

  /** Whether the baseline of a register is known, be it that there is none. */
  isLearnt(no: number): boolean {
    return this.#isLearnt[no] === 1;
  }

  /** Takes over a baseline; without one, that there is none. */
  learn(no: number, baselines?: Baselines, at = 0): void {
    if (baselines === undefined) this.#baselines.clear(no);
    else this.#baselines.copy(no, baselines, at);
    this.#isLearnt[no] = 1;
  }
}

function grown<Column extends Float64Array | Uint8Array>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}
