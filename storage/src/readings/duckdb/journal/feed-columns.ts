import type { ReadingColumns } from "../../../ports.ts";
import { blankColumns } from "../../reading-columns.ts";
import type { NumberedReadings } from "./journal-record.ts";

const COPIED = ["readAtMs", "counts", "gauges", "isRegister", "qualities", "flags", "origins"] as const;

/** Puts the readings of commits behind one another as the columns of a page, each channel with the file's number as its key. */
export class FeedColumns {
  readonly #nameOf: (channelNo: number) => string;
  /** By the file's number of a channel: its place in the page under way, where `#pages` says that it has one. */
  #places = new Int32Array(0);
  #pages = new Int32Array(0);
  #page = 0;

  constructor(nameOf: (channelNo: number) => string) {
    this.#nameOf = nameOf;
  }

  of(parts: readonly NumberedReadings[], channelCount: number): ReadingColumns {
    this.#begin(channelCount);
    const channels: string[] = [];
    const whole = blankColumns(
      parts.reduce((sum, { length }) => sum + length, 0),
      channels,
    );
    const keys = new Int32Array(Math.min(whole.length, channelCount));
    let at = 0;
    for (const part of parts) {
      for (const key of COPIED) (whole[key] as Uint8Array).set(part[key].subarray(0, part.length) as Uint8Array, at);
      for (let i = 0; i < part.length; i++)
        whole.channelNos[at + i] = this.#placeOf(part.channelNos[i] ?? 0, channels, keys);
      at += part.length;
    }
    return { ...whole, channelKeys: keys.slice(0, channels.length) };
  }

  #begin(channelCount: number): void {
    this.#page++;
    if (this.#places.length >= channelCount) return;
    this.#places = new Int32Array(channelCount * 2);
    this.#pages = new Int32Array(channelCount * 2);
  }

  #placeOf(no: number, channels: string[], keys: Int32Array): number {
    if (this.#pages[no] === this.#page) return this.#places[no] ?? 0;
    const place = channels.push(this.#nameOf(no)) - 1;
    keys[place] = no;
    this.#pages[no] = this.#page;
    this.#places[no] = place;
    return place;
  }
}
