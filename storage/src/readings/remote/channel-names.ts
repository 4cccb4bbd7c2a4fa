import type { FeedPage } from "../../ports.ts";

/** A page of the feed on its way to another thread: channels go as numbers, each with its name the first time only. */
export interface NumberedPage {
  readonly cursor: number;
  readonly hasMore: boolean;
  readonly readings: Omit<FeedPage["readings"], "channels" | "channelKeys"> & { readonly channelKeys: Int32Array };
  /** Numbers told for the first time, and their names. */
  readonly newKeys: Int32Array;
  readonly newNames: readonly string[];
}

/** The telling side of one connection: what the other side knows already is not told again. */
export class ToldNames {
  /** Numbers for the pages of a store that has none. */
  readonly #keys = new Map<string, number>();
  #isTold = new Uint8Array(1024);

  page({ cursor, hasMore, readings }: FeedPage): NumberedPage {
    const { channels, channelKeys = Int32Array.from(channels, (name) => this.#keyOf(name)), ...columns } = readings;
    const [newKeys, newNames]: [number[], string[]] = [[], []];
    for (let i = 0; i < channels.length; i++) {
      const key = channelKeys[i] ?? 0;
      if (this.#isTold[key] === 1) continue;
      this.#tell(key);
      newKeys.push(key);
      newNames.push(channels[i] ?? "");
    }
    return { cursor, hasMore, readings: { ...columns, channelKeys }, newKeys: Int32Array.from(newKeys), newNames };
  }

  #keyOf(name: string): number {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = this.#keys.size;
    this.#keys.set(name, key);
    return key;
  }

  #tell(key: number): void {
    if (key >= this.#isTold.length) {
      const isTold = new Uint8Array(key * 2);
      isTold.set(this.#isTold);
      this.#isTold = isTold;
    }
    this.#isTold[key] = 1;
  }
}

/** The hearing side: the same name is the same string in every page, made once. */
export class HeardNames {
  readonly #names: string[] = [];

  page({ cursor, hasMore, readings, newKeys, newNames }: NumberedPage): FeedPage {
    for (let i = 0; i < newNames.length; i++) this.#hear(newKeys[i] ?? 0, newNames[i] ?? "");
    const { channelKeys } = readings;
    const channels = new Array<string>(channelKeys.length);
    for (let i = 0; i < channelKeys.length; i++) channels[i] = this.#names[channelKeys[i] ?? 0] ?? "";
    return { cursor, hasMore, readings: { ...readings, channels } };
  }

  // Without holes, as an array is fast.
  #hear(key: number, name: string): void {
    for (let at = this.#names.length; at < key; at++) this.#names.push("");
    this.#names[key] = name;
  }
}
