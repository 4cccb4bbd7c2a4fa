import { type Ack, type Epoch, isAcked } from "@nightflow/domain";
import type { Place } from "./segment.ts";

/** One batch that is held, or a range of seqs whose readings were given up. */
export interface Entry {
  readonly epoch: Epoch;
  /** Moves up as acks come in; behind `toSeq` nothing is held any more. */
  fromSeq: number;
  readonly toSeq: number;
  readonly readings: number;
  readonly oldestReadAt: number | null;
  /** Null where nothing was ever written here: a gap that only the head-end knows of. */
  readonly place: Place | null;
  /** Seqs of a range that are acknowledged although the one before is not. */
  acked?: Set<number>;
}

/** A place in the order of sending. */
export interface Cursor {
  readonly ordinal: number;
  readonly seq: number;
}

/** One batch to send. */
export interface Due extends Cursor {
  readonly epoch: Epoch;
}

/** The seqs that one segment still holds. */
export interface HeldRange {
  readonly epoch: Epoch;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly readings: number;
  /** Of its batches, each known by its oldest reading, the newest; null where none has one. */
  readonly newestReadAt: number | null;
}

const isHeld = (entry: Entry): boolean => entry.fromSeq <= entry.toSeq;

/** How many seqs of an entry are not acknowledged. */
const openIn = ({ fromSeq, toSeq, acked }: Entry): number => toSeq - fromSeq + 1 - (acked?.size ?? 0);

/** The first seq of an entry, from `seq` on, that is not acknowledged; undefined when there is none. */
function openSeq({ toSeq, acked }: Entry, seq: number): number | undefined {
  while (acked?.has(seq)) seq++;
  return seq <= toSeq ? seq : undefined;
}

/** All that is taken and not yet acknowledged, in the order of sending. The segments on disk are its copy. */
export class Ledger {
  readonly #entries: Entry[] = [];
  #base = 0;
  #records = 0;

  /** Batches held. */
  get records(): number {
    return this.#records;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#records += openIn(entry);
  }

  /** The first batch behind `after` that is not acknowledged; the oldest without `after`. */
  next(after?: Cursor): Due | undefined {
    const first = after === undefined ? 0 : Math.max(0, after.ordinal - this.#base);
    for (let at = first; at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      const ordinal = at + this.#base;
      if (entry === undefined) return undefined;
      const seq = openSeq(entry, after?.ordinal === ordinal ? Math.max(entry.fromSeq, after.seq + 1) : entry.fromSeq);
      if (seq !== undefined) return { ordinal, seq, epoch: entry.epoch };
    }
    return undefined;
  }

  /** Where a batch lies now; `hollow` when its readings were given up, undefined when it needs no sending any more. */
  find(due: Due): Place | "hollow" | undefined {
    const entry = this.#entries[due.ordinal - this.#base];
    if (entry === undefined) return undefined;
    if (entry.place === null || entry.place.length === 0) return "hollow";
    return isHeld(entry) ? entry.place : undefined;
  }

  /** Lets go of what an ack covers; gives the entries that nothing is held of any more. */
  acknowledge(ack: Ack): Entry[] {
    const highest = Math.max(ack.seq, ...ack.above);
    const released: Entry[] = [];
    for (const entry of this.#entries) {
      if (entry.epoch === ack.epoch && entry.fromSeq > highest) break;
      if (isHeld(entry) && this.#advance(entry, ack)) released.push(entry);
    }
    this.#trim();
    return released;
  }

  /**
   * Puts what the head-end misses in front, to be sent empty: seqs behind its ack that are held here no more. There are
   * some when the head-end's store has gone back in time, or when a file of this outbox was lost whole. Its mark could
   * not pass them, and it would take nothing behind them. `nextSeq` is that of the ack's epoch where it is the one that
   * is being written. Gives how many.
   */
  fillGap(ack: Ack, nextSeq: number | undefined): number {
    const oldest = this.#entries.find((entry) => entry.epoch === ack.epoch && isHeld(entry));
    const toSeq = (oldest?.fromSeq ?? nextSeq ?? 0) - 1;
    const fromSeq = ack.seq + 1;
    if (toSeq < fromSeq) return 0;
    const gap: Entry = { epoch: ack.epoch, fromSeq, toSeq, readings: 0, oldestReadAt: null, place: null };
    this.#entries.unshift(gap);
    this.#base--;
    this.#records += openIn(gap);
    this.#noteAcked(gap, ack);
    return toSeq - ack.seq;
  }

  /** What is held of one segment; undefined when nothing is. */
  heldIn(segment: Place["segment"]): HeldRange | undefined {
    const held = this.#entries.filter((entry) => isHeld(entry) && entry.place?.segment === segment);
    const [first, last] = [held[0], held.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const readings = held.reduce((total, entry) => total + entry.readings, 0);
    const newestReadAt = held.reduce<number | null>(
      (newest, { oldestReadAt }) => (oldestReadAt === null ? newest : Math.max(newest ?? oldestReadAt, oldestReadAt)),
      null,
    );
    return { epoch: first.epoch, fromSeq: first.fromSeq, toSeq: last.toSeq, readings, newestReadAt };
  }

  /**
   * Puts one hollow range in the place of all that a segment still holds, and gives how many readings that costs;
   * undefined when acks have come for all of it meanwhile. Ordinals of what follows stay as they are.
   */
  giveUp(segment: Place["segment"], hollow: Entry): number | undefined {
    let isFirst = true;
    let readings = 0;
    for (const [at, entry] of this.#entries.entries()) {
      if (entry.place?.segment !== segment || !isHeld(entry)) continue;
      this.#records -= openIn(entry);
      readings += entry.readings;
      this.#entries[at] = isFirst ? hollow : { ...hollow, fromSeq: hollow.toSeq + 1 };
      isFirst = false;
    }
    if (isFirst) return undefined;
    this.#records += hollow.toSeq - hollow.fromSeq + 1;
    return readings;
  }

  /** The oldest reading that is held; null when none is. */
  oldestReadAt(): number | null {
    const oldest = this.#entries.find((entry) => entry.oldestReadAt !== null && isHeld(entry));
    return oldest?.oldestReadAt ?? null;
  }

  #advance(entry: Entry, ack: Ack): boolean {
    if (entry.fromSeq < entry.toSeq) this.#noteAcked(entry, ack);
    while (isHeld(entry) && (entry.acked?.has(entry.fromSeq) || isAcked(ack, entry.epoch, entry.fromSeq))) {
      if (!entry.acked?.delete(entry.fromSeq)) this.#records--;
      entry.fromSeq++;
    }
    return !isHeld(entry);
  }

  // Without it the acknowledged ones of a range would be sent again at every ack, until the first one is acknowledged.
  #noteAcked(entry: Entry, ack: Ack): void {
    if (entry.epoch !== ack.epoch) return;
    entry.acked ??= new Set();
    for (const seq of ack.above) {
      if (seq < entry.fromSeq || seq > entry.toSeq || entry.acked.has(seq)) continue;
      entry.acked.add(seq);
      this.#records--;
    }
  }

  #trim(): void {
    const kept = this.#entries.findIndex(isHeld);
    const done = kept === -1 ? this.#entries.length : kept;
    this.#entries.splice(0, done);
    this.#base += done;
  }
}
