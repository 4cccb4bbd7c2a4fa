import type { Dice } from "./random.ts";

const BLOCK_BYTES = 512;

/** The content of one file: what a reader sees, and what would be there after a power cut. */
export class Inode {
  /** As written. */
  bytes: Buffer = Buffer.alloc(0);
  /** As synced. */
  synced: Buffer = Buffer.alloc(0);

  write(from: Uint8Array, position: number): void {
    const end = position + from.length;
    if (end > this.bytes.length) this.resize(end);
    else this.bytes = Buffer.from(this.bytes);
    this.bytes.set(from, position);
  }

  resize(length: number): void {
    const next = Buffer.alloc(length);
    this.bytes.copy(next, 0, 0, length);
    this.bytes = next;
  }

  sync(): void {
    this.synced = this.bytes;
  }

  /**
   * Leaves what a power cut leaves: of what was not synced everything, nothing, or some blocks. A block that did not
   * make it holds what was synced there, or zeros.
   */
  tear(dice: Dice): void {
    if (this.bytes !== this.synced) {
      const fate = dice.whole(0, 2);
      if (fate === 0) this.bytes = this.synced;
      else if (fate === 1) this.bytes = torn(this.synced, this.bytes, dice);
    }
    this.sync();
  }
}

function torn(synced: Buffer, written: Buffer, dice: Dice): Buffer {
  const [shorter, longer] = [Math.min(synced.length, written.length), Math.max(synced.length, written.length)];
  const left = Buffer.alloc(dice.whole(shorter, longer));
  synced.copy(left, 0, 0, left.length);
  for (let at = 0; at < left.length; at += BLOCK_BYTES) {
    const end = Math.min(at + BLOCK_BYTES, left.length, written.length);
    if (end > at && dice.chance(0.5)) written.copy(left, at, at, end);
  }
  return left;
}
