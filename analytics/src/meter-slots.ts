import { ACCOUNT_SCHEMA } from "./pure/accounts/account-table.ts";
import { METER_SCHEMA, type MeterState } from "./pure/meter-table.ts";
import { SlotTable } from "./pure/slot-table.ts";
import type { MetersImage, SlotsPiece } from "./snapshot.ts";
import type { WatchedMeter } from "./watched-meter.ts";

/** The state of one meter as bytes. */
export interface MeterImage {
  readonly slot: Uint8Array;
  /** That of its key account; null where it has none, or shares it with other meters. */
  readonly keySlot: Uint8Array | null;
}

/** What is kept of the meters: a slot each in flat memory, which travels as bytes to snapshots and replays. */
export class MeterSlots {
  readonly table = new SlotTable(METER_SCHEMA);
  readonly keyTable = new SlotTable(ACCOUNT_SCHEMA, 8);
  /** Slots by the channel that a meter is judged by; a changed resolution is another channel, and another slot. */
  #slots = new Map<string, number>();
  #keySlots = new Map<string, number>();

  /** Gives a meter its slots, the ones that its channel had before. */
  seat(meter: WatchedMeter): void {
    meter.slot = slotIn(this.#slots, meter.meta.channel, this.table);
  }

  /** The slot of a key account, the one that it had before; `name` is its id, or the channel of a meter without one. */
  accountSlot(name: string): number {
    return slotIn(this.#keySlots, name, this.keyTable);
  }

  /** The state of a meter; valid until another meter's is asked for. */
  stateOf(meter: WatchedMeter): MeterState {
    this.table.view.slot = meter.slot;
    return this.table.view;
  }

  /** The state of one meter, to be put into another engine's by `unpack`. */
  pack({ slot, account }: WatchedMeter): MeterImage {
    const isOwn = account?.meters === 1;
    return { slot: this.table.packSlot(slot), keySlot: isOwn ? this.keyTable.packSlot(account.slot) : null };
  }

  /** Forgets everything of one meter, as if it had never been read. */
  clear({ slot, account }: WatchedMeter): void {
    this.table.clearSlot(slot);
    if (account?.meters === 1) this.keyTable.clearSlot(account.slot);
  }

  /** Takes over what was learnt of a meter elsewhere; when it was heard, and whether it is silent, stays. */
  unpack(meter: WatchedMeter, image: MeterImage): void {
    const state = this.stateOf(meter);
    const { lastGoodMs, liveSinceMs, lastImportMs, silentOpenMs } = state;
    this.table.unpackSlot(meter.slot, image.slot);
    // What several meters have taught an account, one of them cannot teach it anew.
    if (image.keySlot !== null && meter.account?.meters === 1)
      this.keyTable.unpackSlot(meter.account.slot, image.keySlot);
    Object.assign(state, { lastGoodMs, liveSinceMs, lastImportMs, silentOpenMs });
  }

  /** Bytes of the slots in an image. */
  slotBytes() {
    return { meter: this.table.bytesPerSlot, keyAccount: this.keyTable.bytesPerSlot };
  }

  /** Slots in use. */
  slotCounts() {
    return { meters: this.#slots.size, keyAccounts: this.#keySlots.size };
  }

  /** All slots with the channels that they belong to. */
  image(): MetersImage {
    return {
      channels: [...this.#slots.keys()],
      keyChannels: [...this.#keySlots.keys()],
      slots: this.table.image(this.#slots.size),
      keySlots: this.keyTable.image(this.#keySlots.size),
    };
  }

  /** Puts back what `image` gave. */
  restore(image: MetersImage): void {
    this.beginRestore();
    this.putSlots({ table: "meters", first: 0, channels: image.channels, slots: image.slots });
    this.putSlots({ table: "keyAccounts", first: 0, channels: image.keyChannels, slots: image.keySlots });
  }

  /** All slots, at most `most` at a time. Nothing may be read in between. */
  *slotPieces(most: (bytesPerSlot: number) => number): Generator<SlotsPiece> {
    for (const table of ["meters", "keyAccounts"] as const) {
      const { slots, memory } = this.#tableOf(table);
      const channels = [...slots.keys()];
      const step = most(memory.bytesPerSlot);
      for (let first = 0; first < channels.length; first += step) {
        const some = channels.slice(first, first + step);
        yield { table, first, channels: some, slots: memory.image(some.length, first) };
      }
    }
  }

  /** Forgets what every meter has learnt, and makes room for so many; `putSlots` tells it anew. */
  beginRestore(counts = { meters: 0, keyAccounts: 0 }): void {
    this.table.clearFirst(this.#slots.size);
    this.keyTable.clearFirst(this.#keySlots.size);
    this.table.ensure(counts.meters);
    this.keyTable.ensure(counts.keyAccounts);
  }

  /** Puts each state where its channel has its slot already: no name is kept twice, and no meter moves. */
  putSlots({ table, channels, slots: bytes }: SlotsPiece): void {
    const { slots, memory } = this.#tableOf(table);
    for (const [at, channel] of channels.entries()) memory.putSlot(slotIn(slots, channel, memory), bytes, at);
  }

  #tableOf(table: SlotsPiece["table"]) {
    return table === "meters"
      ? { slots: this.#slots, memory: this.table }
      : { slots: this.#keySlots, memory: this.keyTable };
  }
}

function slotIn(slots: Map<string, number>, channel: string, table: { ensure(slots: number): void }): number {
  let slot = slots.get(channel);
  if (slot === undefined) {
    slot = slots.size;
    slots.set(channel, slot);
    table.ensure(slots.size);
  }
  return slot;
}
