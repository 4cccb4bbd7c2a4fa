import type { FeedPage } from "../../ports.ts";

/** A page of the feed on its way to another thread: channels go as numbers, each with its name the first time only. */
export interface NumberedPage {
  readonly cursor: number;
  readonly hasMore: boolean;
  readonly readings: Omit<FeedPage["readings"], "channels" | "channelKeys"> & { readonly channelKeys: Int32Array };
  /** Names told for the first time, for the numbers from `firstNew` on. */
  readonly firstNew: number;
  readonly newNames: readonly string[];
}

/** The telling side of one connection: what the other side knows already is not told again. */
export class ToldNames {
  readonly #keys = new Map<string, number>();

  page({ cursor, hasMore, readings }: FeedPage): NumberedPage {
    const { channels, channelKeys: _, ...columns } = readings;
    const channelKeys = new Int32Array(channels.length);
    const newNames: string[] = [];
    const firstNew = this.#keys.size;
    for (let i = 0; i < channels.length; i++) channelKeys[i] = this.#keyOf(channels[i] ?? "", newNames);
    return { cursor, hasMore, readings: { ...columns, channelKeys }, firstNew, newNames };
  }

  #keyOf(name: string, newNames: string[]): number {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = this.#keys.size;
    this.#keys.set(name, key);
    newNames.push(name);
    return key;
  }
}

/** The hearing side: the same name is the same string in every page, made once. */
export class HeardNames {
  readonly #names: string[] = [];

  page({ cursor, hasMore, readings, firstNew, newNames }: NumberedPage): FeedPage {
    for (let i = 0; i < newNames.length; i++) this.#names[firstNew + i] = newNames[i] ?? "";
    const { channelKeys } = readings;
    const channels = new Array<string>(channelKeys.length);
    for (let i = 0; i < channelKeys.length; i++) channels[i] = this.#names[channelKeys[i] ?? 0] ?? "";
    return { cursor, hasMore, readings: { ...readings, channels } };
  }
}
