import { FRAME_KINDS, HollowRange, StoredBatch, scanFrames } from "@nightflow/edge-agent/durable";
import type { DiskWatcher } from "./disk.ts";
import type { Inode } from "./inode.ts";

/** One reading as it travels: channel, instant, value, quality. */
export type Wire = readonly [channel: string, readAtMs: number, value: number | string | null, quality: number];

/** A batch that an agent has taken: its disk said that it was synced. */
export interface TakenBatch {
  readonly epoch: string;
  readonly seq: number;
  readonly readings: readonly Wire[];
}

/**
 * What one agent has taken, as its disk knows it: every batch in a synced file. The agent's own counts are not asked,
 * since they are what is being checked.
 */
export class TakenBook implements DiskWatcher {
  readonly batches = new Map<string, TakenBatch>();
  /** Batches whose readings were given up under the policy. */
  readonly givenUp = new Set<string>();
  /** Called before a file goes, with each batch that is in it and nowhere else. */
  onDeleted: (batch: TakenBatch) => void = () => {};
  readonly #scanned = new WeakMap<Inode, number>();

  onSynced(_: string, inode: Inode): void {
    const from = Math.min(this.#scanned.get(inode) ?? 0, inode.bytes.length);
    const { frames } = scanFrames(inode.bytes.subarray(from));
    this.#scanned.set(inode, from + (frames.at(-1)?.end ?? 0));
    for (const { kind, json } of frames) if (kind === FRAME_KINDS.batch) this.#take(StoredBatch.parse(json));
  }

  onRenamed(_: string, inode: Inode): void {
    for (const { kind, json } of scanFrames(inode.bytes).frames)
      if (kind === FRAME_KINDS.hollow) this.#giveUp(HollowRange.parse(json));
  }

  onRemoved(_: string, inode: Inode): void {
    for (const { kind, json } of scanFrames(inode.bytes).frames) {
      if (kind !== FRAME_KINDS.batch) continue;
      const batch = this.batches.get(keyOf(StoredBatch.parse(json)));
      if (batch !== undefined && !this.givenUp.has(keyOf(batch))) this.onDeleted(batch);
    }
  }

  #take(batch: StoredBatch): void {
    const { epoch, seq } = batch;
    this.batches.set(keyOf(batch), { epoch, seq, readings: batch.readings as Wire[] });
  }

  #giveUp({ epoch, fromSeq, toSeq }: HollowRange): void {
    for (let seq = fromSeq; seq <= toSeq; seq++) this.givenUp.add(keyOf({ epoch, seq }));
  }
}

/** The name of a batch among all of its agent. */
export function keyOf({ epoch, seq }: { readonly epoch: string; readonly seq: number }): string {
  return `${epoch}/${seq}`;
}
