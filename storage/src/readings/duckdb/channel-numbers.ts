import type { ReadingColumns } from "../../ports.ts";

/** A channel as the store file numbers it. */
export interface NumberedChannel {
  readonly no: number;
  readonly id: string;
  readonly isRegister: boolean;
}

/** The numbers of channels, from 0 without a hole. A number is given once and never changes. */
export class ChannelNumbers {
  readonly #byId = new Map<string, NumberedChannel>();
  readonly #byNo: NumberedChannel[] = [];

  get size(): number {
    return this.#byNo.length;
  }

  /** Ids by number. */
  get ids(): string[] {
    return this.#byNo.map((channel) => channel.id);
  }

  all(): readonly NumberedChannel[] {
    return [...this.#byNo];
  }

  of(id: string): NumberedChannel | undefined {
    return this.#byId.get(id);
  }

  at(no: number): NumberedChannel | undefined {
    return this.#byNo[no];
  }

  add(channels: readonly NumberedChannel[]): void {
    for (const channel of channels) {
      this.#byId.set(channel.id, channel);
      this.#byNo[channel.no] = channel;
    }
  }

  /**
   * Channels of the readings that have no number yet, numbered and not added. A channel is what its first reading is,
   * register or gauge. `known` are the numbers of `readings.channels`.
   */
  fresh(readings: ReadingColumns, known: readonly (NumberedChannel | undefined)[]): NumberedChannel[] {
    if (!known.includes(undefined)) return [];
    const fresh = new Map<number, NumberedChannel>();
    for (let i = 0; i < readings.length; i++) {
      const at = readings.channelNos[i] ?? -1;
      const id = readings.channels[at];
      if (id === undefined || known[at] !== undefined || fresh.has(at)) continue;
      fresh.set(at, { no: this.size + fresh.size, id, isRegister: readings.isRegister[i] === 1 });
    }
    return [...fresh.values()];
  }
}
