import { hashOfId, isRegister } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";
import type { ChannelRegistry } from "./ports.ts";

/** The number of a channel that is not known. */
export const NO_CHANNEL = -1;

const FIRST_SIZE = 1024;
/** No version of the registry: its channel is looked up when it is next found. */
const NEVER = -1;
const LATIN1 = new TextDecoder("latin1");

/**
 * Numbers the known channels from 0 up, and finds the number of an id in the bytes of a payload, without making a string.
 * A number is never given anew, so that typed arrays can stand for maps; only channels of the registry get one.
 */
export class ChannelTable {
  readonly #registry: ChannelRegistry;
  readonly #ids: string[] = [];
  readonly #channels: KnownChannel[] = [];
  /** The registry's version when a channel was last looked up. */
  readonly #versions: number[] = [];
  readonly #hashes: number[] = [];
  readonly #registers: boolean[] = [];
  readonly #scratch = new Uint8Array(64);
  /** The ids one behind the other; id `no` begins at `#starts[no]` and ends where the next begins. */
  #bytes = new Uint8Array(FIRST_SIZE * 16);
  readonly #starts: number[] = [0];
  // Open addressing: number + 1 of the channel whose hash leads here, 0 where there is none.
  #slots = new Int32Array(FIRST_SIZE);

  constructor(registry: ChannelRegistry) {
    this.#registry = registry;
  }

  /** Channels that have a number. */
  get size(): number {
    return this.#ids.length;
  }

  idOf(no: number): string {
    return this.#ids[no] ?? "";
  }

  channelOf(no: number): KnownChannel {
    const channel = this.#channels[no];
    if (channel === undefined) throw new RangeError(`no channel has the number ${no}`);
    return channel;
  }

  isRegister(no: number): boolean {
    return this.#registers[no] === true;
  }

  /** The number of the id in `bytes`, whose `hashOfId` is `hash`; `NO_CHANNEL` when the registry does not know it. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = this.#slotOf(bytes, from, to, hash);
    const no = (this.#slots[slot] ?? 0) - 1;
    return no === NO_CHANNEL ? this.#learn(LATIN1.decode(bytes.subarray(from, to)), hash, slot) : this.#renewed(no);
  }

  /** The number of a channel that somebody else has looked up. */
  numberOf(channel: KnownChannel): number {
    const { id } = channel;
    for (let at = 0; at < id.length; at++) this.#scratch[at] = id.charCodeAt(at);
    const hash = hashOfId(this.#scratch, 0, id.length);
    const slot = this.#slotOf(this.#scratch, 0, id.length, hash);
    const no = (this.#slots[slot] ?? 0) - 1;
    return no === NO_CHANNEL ? this.#add(channel, hash, slot, NEVER) : no;
  }

  /** Where an id stands, or would stand. */
  #slotOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const no = (this.#slots[slot] ?? 0) - 1;
      if (no === NO_CHANNEL || (this.#hashes[no] === hash && this.#isSame(no, bytes, from, to))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  // What the registry has read since may differ, or be there no more.
  #renewed(no: number): number {
    const { version } = this.#registry;
    if (this.#versions[no] === version) return no;
    const channel = this.#registry.lookup(this.#ids[no] ?? "");
    if (channel === undefined) return NO_CHANNEL;
    this.#channels[no] = channel;
    this.#registers[no] = isRegister(channel.quantity);
    this.#versions[no] = version;
    return no;
  }

  #learn(id: string, hash: number, slot: number): number {
    const channel = this.#registry.lookup(id);
    return channel === undefined ? NO_CHANNEL : this.#add(channel, hash, slot, this.#registry.version);
  }

  #add(channel: KnownChannel, hash: number, slot: number, version: number): number {
    const no = this.#ids.push(channel.id) - 1;
    this.#channels.push(channel);
    this.#registers.push(isRegister(channel.quantity));
    this.#versions.push(version);
    this.#hashes.push(hash);
    this.#slots[slot] = no + 1;
    this.#keep(channel.id);
    if (no * 2 > this.#slots.length) this.#grow();
    return no;
  }

  #isSame(no: number, bytes: Uint8Array, from: number, to: number): boolean {
    const kept = this.#bytes;
    const start = this.#starts[no] ?? 0;
    if ((this.#starts[no + 1] ?? 0) - start !== to - from) return false;
    for (let at = from, own = start; at < to; at++, own++) if (kept[own] !== bytes[at]) return false;
    return true;
  }

  #keep(id: string): void {
    const start = this.#starts.at(-1) ?? 0;
    const end = start + id.length;
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(this.#bytes.length * 2);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    for (let at = 0; at < id.length; at++) this.#bytes[start + at] = id.charCodeAt(at);
    this.#starts.push(end);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    this.#hashes.forEach((hash, no) => {
      let slot = hash & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = no + 1;
    });
    this.#slots = slots;
  }
}
