import type { ChannelMemory } from "./channel-memory.ts";
import type { ChannelTable } from "./channel-table.ts";
import { Baselines } from "./plausibility.ts";

/** Columns for the channels of a commit, by place, used again by the next one: as many as it has readings. */
export class TouchedColumns {
  baselines = new Baselines(0);
  newestReadAtMs = new Float64Array(0);
  numbers = new Int32Array(0);

  /** Makes room for so many channels; what was there counts no more. */
  reserve(channels: number): void {
    if (channels <= this.baselines.size) return;
    this.baselines = new Baselines(channels);
    this.newestReadAtMs = new Float64Array(channels);
    this.numbers = new Int32Array(channels);
  }
}

/**
 * The channels that one commit touches, each with a place from 0 up, and what the commit makes of them. Until the commit
 * is durable memory does not change. It holds until the next commit is planned, which writes over its columns.
 */
export class TouchedChannels {
  readonly baselines: Baselines;
  readonly newestReadAtMs: Float64Array;
  readonly #memory: ChannelMemory;
  readonly #table: ChannelTable;
  readonly #numbers: Int32Array;
  #size = 0;

  /** @param mostChannels no commit touches more channels than it has readings. */
  constructor(memory: ChannelMemory, table: ChannelTable, mostChannels: number) {
    const { touched } = memory;
    touched.reserve(mostChannels);
    this.#memory = memory;
    this.#table = table;
    this.baselines = touched.baselines;
    this.newestReadAtMs = touched.newestReadAtMs;
    this.#numbers = touched.numbers;
  }

  /** The place of a channel; it gets one when it is first asked for. */
  placeOf(no: number): number {
    const place = this.#memory.places[no] ?? 0;
    if (place < this.#size && this.#numbers[place] === no) return place;
    return this.#touch(no);
  }

  /** The number of the channel at a place. */
  numberAt(place: number): number {
    return this.#numbers[place] ?? 0;
  }

  /** The ids, by place. */
  ids(): string[] {
    return Array.from({ length: this.#size }, (_, place) => this.#table.idOf(this.numberAt(place)));
  }

  /** Their numbers, by place. */
  numbers(): Int32Array {
    return this.#numbers.slice(0, this.#size);
  }

  applyTo(memory: ChannelMemory): void {
    memory.reserve(this.#table);
    for (let place = 0; place < this.#size; place++) {
      const no = this.numberAt(place);
      memory.setNewestReadAtMs(no, this.newestReadAtMs[place] ?? Number.NEGATIVE_INFINITY);
      if (this.baselines.has(place)) memory.learn(no, this.baselines, place);
    }
  }

  #touch(no: number): number {
    const place = this.#size++;
    this.#numbers[place] = no;
    this.#memory.places[no] = place;
    this.newestReadAtMs[place] = this.#memory.newestReadAtMs(no, this.#table);
    if (this.#memory.isLearnt(no)) this.baselines.copy(place, this.#memory.baselines, no);
    else this.baselines.clear(place);
    return place;
  }
}
