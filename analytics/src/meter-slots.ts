import { ACCOUNT_SCHEMA } from "./pure/accounts/account-table.ts";
import { METER_SCHEMA, type MeterState } from "./pure/meter-table.ts";
import { needsSide, reverseOf, SIDE_SCHEMA, type SideState } from "./pure/side-table.ts";
import { SlotTable } from "./pure/slot-table.ts";
import { type MetersImage, type SlotsPiece, TABLES } from "./snapshot.ts";
import type { WatchedMeter } from "./watched-meter.ts";

/** The state of one meter as bytes. */
export interface MeterImage {
  readonly slot: Uint8Array;
  /** That of its key account; null where it has none, or shares it with other meters. */
  readonly keySlot: Uint8Array | null;
  /** What the side table holds of it; null for most. */
  readonly sideSlot: Uint8Array | null;
}

/** What is kept of the meters: a slot each in flat memory, which travels as bytes to snapshots and replays. */
export class MeterSlots {
  readonly table = new SlotTable(METER_SCHEMA);
  readonly keyTable = new SlotTable(ACCOUNT_SCHEMA, 8);
  readonly sideTable = new SlotTable(SIDE_SCHEMA, 8);
  /** Slots by the channel that a meter is judged by; a changed resolution is another channel, and another slot. */
  #slots = new Map<string, number>();
  #keySlots = new Map<string, number>();
  #sideSlots = new Map<string, number>();

  /** Gives a meter its slots, the ones that its channel had before. */
  seat(meter: WatchedMeter): void {
    const { channel } = meter.meta;
    meter.slot = slotIn(this.#slots, channel, this.table);
    if (meter.kind.duty.isJudged && (needsSide(meter.meta) || this.#sideSlots.has(channel))) this.seatAside(meter);
  }

  /** Gives a meter its slot in the side table, the one that its channel had before. */
  seatAside(meter: WatchedMeter): void {
    meter.sideSlot = slotIn(this.#sideSlots, meter.meta.channel, this.sideTable);
  }

  /** What the side table holds of a meter that has a slot there; valid until another meter's is asked for. */
  sideOf(meter: WatchedMeter): SideState {
    this.sideTable.view.slot = meter.sideSlot;
    return this.sideTable.view;
  }

  /** Channels with a slot in the side table. */
  sideChannels(): readonly string[] {
    return [...this.#sideSlots.keys()];
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
  pack({ slot, sideSlot, account }: WatchedMeter): MeterImage {
    const isOwn = account?.meters === 1;
    return {
      slot: this.table.packSlot(slot),
      keySlot: isOwn ? this.keyTable.packSlot(account.slot) : null,
      sideSlot: sideSlot < 0 ? null : this.sideTable.packSlot(sideSlot),
    };
  }

  /** Forgets everything of one meter, as if it had never been read. */
  clear({ slot, sideSlot, account }: WatchedMeter): void {
    this.table.clearSlot(slot);
    if (sideSlot >= 0) this.sideTable.clearSlot(sideSlot);
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
    if (image.sideSlot?.some((byte) => byte !== 0)) this.#unpackAside(meter, image.sideSlot);
  }

  /** A reverse register is read by itself: what it told is not in the image, and stays. */
  #unpackAside(meter: WatchedMeter, sideSlot: Uint8Array): void {
    this.seatAside(meter);
    const side = this.sideOf(meter);
    const { gapOpenMs } = side;
    const kept = meter.reverse === undefined ? { gapOpenMs } : { ...reverseOf(side), gapOpenMs };
    this.sideTable.unpackSlot(meter.sideSlot, sideSlot);
    Object.assign(side, kept);
  }

  /** Bytes of the slots in an image. */
  slotBytes() {
    return {
      meters: this.table.bytesPerSlot,
      keyAccounts: this.keyTable.bytesPerSlot,
      sides: this.sideTable.bytesPerSlot,
    };
  }

  /** Slots in use. */
  slotCounts() {
    return { meters: this.#slots.size, keyAccounts: this.#keySlots.size, sides: this.#sideSlots.size };
  }

  /** All slots with the channels that they belong to. */
  image(): MetersImage {
    return {
      channels: [...this.#slots.keys()],
      keyChannels: [...this.#keySlots.keys()],
      slots: this.table.image(this.#slots.size),
      keySlots: this.keyTable.image(this.#keySlots.size),
      sideChannels: this.sideChannels(),
      sideSlots: this.sideTable.image(this.#sideSlots.size),
    };
  }

  /** Puts back what `image` gave. */
  restore(image: MetersImage): void {
    this.beginRestore();
    this.putSlots({ table: "meters", first: 0, channels: image.channels, slots: image.slots });
    this.putSlots({ table: "keyAccounts", first: 0, channels: image.keyChannels, slots: image.keySlots });
    this.putSlots({ table: "sides", first: 0, channels: image.sideChannels, slots: image.sideSlots });
  }

  /** All slots, at most `most` at a time, as windows on their memory: take them before anything is fed. */
  *slotPieces(most: (bytesPerSlot: number) => number): Generator<SlotsPiece> {
    for (const table of TABLES) {
      const { slots, memory } = this.#tableOf(table);
      const channels = [...slots.keys()];
      const step = most(memory.bytesPerSlot);
      for (let first = 0; first < channels.length; first += step) {
        const some = channels.slice(first, first + step);
        yield { table, first, channels: some, slots: memory.window(some.length, first) };
      }
    }
  }

  /** Forgets what every meter has learnt, and makes room for so many; `putSlots` tells it anew. */
  beginRestore(counts = { meters: 0, keyAccounts: 0, sides: 0 }): void {
    this.table.clearFirst(this.#slots.size);
    this.keyTable.clearFirst(this.#keySlots.size);
    this.sideTable.clearFirst(this.#sideSlots.size);
    this.table.ensure(counts.meters);
    this.keyTable.ensure(counts.keyAccounts);
    this.sideTable.ensure(counts.sides);
  }

  /** Puts each state where its channel has its slot already: no name is kept twice, and no meter moves. */
  putSlots({ table, channels, slots: bytes }: SlotsPiece): void {
    const { slots, memory } = this.#tableOf(table);
    for (const [at, channel] of channels.entries()) memory.putSlot(slotIn(slots, channel, memory), bytes, at);
  }

  #tableOf(table: SlotsPiece["table"]) {
    if (table === "meters") return { slots: this.#slots, memory: this.table };
    return table === "sides"
      ? { slots: this.#sideSlots, memory: this.sideTable }
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
