import { WindowFullError } from "./errors.ts";
import { FairQueue } from "./fair-queue.ts";

/** A batch up to this size is let in at once, when its agent has no other here, */
export const SMALL_BYTES = 8 * 1024;
/** as long as all that has been let in is above the limit by no more than this share of it. */
const SMALL_SHARE = 0.25;

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Bounds what ingest holds. Each agent has a window of batches; within it a batch waits undecoded until there is room
 * for its bytes, agents taking turns. Every place taken is given back by the caller, on whatever path.
 */
export class Admission {
  readonly #windowBatches: number;
  readonly #maxBytes: number;
  readonly #windows = new Map<string, number>();
  readonly #waiting = new FairQueue<Waiter>();
  #batches = 0;
  #bytes = 0;

  constructor(limits: { readonly windowBatches: number; readonly maxPendingBytes: number }) {
    this.#windowBatches = limits.windowBatches;
    this.#maxBytes = limits.maxPendingBytes;
  }

  /** Bytes that have been let in and not given back. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Batches that wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Batches inside the windows of all agents. */
  get batches(): number {
    return this.#batches;
  }

  /** Takes a place in the window of `agent`. @throws {WindowFullError} when there is none. */
  enter(agent: string): void {
    const count = this.#windows.get(agent) ?? 0;
    if (count >= this.#windowBatches)
      throw new WindowFullError(`${agent} has ${count} batches waiting already`, {
        remedy: `keep at most ${this.#windowBatches} batches in flight`,
      });
    this.#windows.set(agent, count + 1);
    this.#batches++;
  }

  /** Takes both a place and room when there are both at once, and nothing otherwise. */
  tryEnter(agent: string, bytes: number): boolean {
    const count = this.#windows.get(agent) ?? 0;
    if (count >= this.#windowBatches || !this.#hasRoomNow(count, bytes)) return false;
    this.#windows.set(agent, count + 1);
    this.#batches++;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back a place in the window. */
  leave(agent: string): void {
    const count = (this.#windows.get(agent) ?? 0) - 1;
    if (count > 0) this.#windows.set(agent, count);
    else this.#windows.delete(agent);
    this.#batches--;
  }

  /** Resolves when there is room for `bytes`. A batch larger than all the room is let in alone. */
  async takeRoom(agent: string, bytes: number): Promise<void> {
    // Its own place in the window is taken by now.
    const others = (this.#windows.get(agent) ?? 1) - 1;
    if (this.#hasRoomNow(others, bytes)) this.#bytes += bytes;
    else
      await new Promise<void>((admit, refuse) => {
        this.#waiting.push(agent, { bytes, admit, refuse });
      });
  }

  giveRoom(bytes: number): void {
    this.#bytes -= bytes;
    for (
      let next = this.#waiting.peek();
      next !== undefined && this.#hasRoom(next.bytes);
      next = this.#waiting.peek()
    ) {
      this.#waiting.next();
      this.#bytes += next.bytes;
      next.admit();
    }
  }

  /** Sends away everyone who waits for room. */
  refuseWaiting(error: unknown): void {
    for (const waiter of this.#waiting.drain()) waiter.refuse(error);
  }

  // Somebody with nothing else here and little to bring does not wait behind those who wait with much.
  #hasRoomNow(count: number, bytes: number): boolean {
    if (this.#waiting.size === 0 && this.#hasRoom(bytes)) return true;
    return count === 0 && bytes <= SMALL_BYTES && this.#bytes + bytes <= this.#maxBytes * (1 + SMALL_SHARE);
  }

  #hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#maxBytes;
  }
}
