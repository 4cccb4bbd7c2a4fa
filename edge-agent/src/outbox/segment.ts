import { dirname, join } from "node:path";
import { splitStored, TextBatch } from "./batch-text.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { encodeFrame, FRAME_KINDS, frameTextAt } from "./frame.ts";
import type { HollowRange, SegmentHeader } from "./segment-schema.ts";

/** Where a batch lies. `length` 0: nowhere, its readings were given up. */
export interface Place {
  readonly segment: Segment;
  readonly offset: number;
  readonly length: number;
}

const ENDING = ".seg";

/** The file name of the nth segment of an outbox; names sort in order of time. */
export function segmentName(ordinal: number): string {
  return `${String(ordinal).padStart(10, "0")}${ENDING}`;
}

/** The number in a segment's file name; undefined for other files. */
export function segmentOrdinal(file: string): number | undefined {
  return /^\d{10}\.seg$/.test(file) ? Number(file.slice(0, 10)) : undefined;
}

/** One file of an outbox. Only the newest is ever appended to. */
export class Segment {
  readonly path: string;
  readonly ordinal: number;
  /** Bytes known to be whole on disk; what lies behind is an append that failed. */
  bytes: number;
  /** Batches and ranges in it that are not acknowledged yet. */
  held = 0;
  /** Readings given up by the count of its header. */
  dropped = 0;
  readonly #bytesAtStart: number;
  readonly #disk: Disk;
  #file: DiskFile | undefined;

  constructor(disk: Disk, folder: string, ordinal: number, bytes: number) {
    this.#disk = disk;
    this.#bytesAtStart = bytes;
    this.path = join(folder, segmentName(ordinal));
    this.ordinal = ordinal;
    this.bytes = bytes;
  }

  /** Whether this run has appended nothing to it. */
  get isFresh(): boolean {
    return this.bytes === this.#bytesAtStart;
  }

  /** Writes a new segment that is either whole on disk or not there. */
  static async create(
    disk: Disk,
    folder: string,
    ordinal: number,
    header: SegmentHeader,
    hollow?: HollowRange,
  ): Promise<Segment> {
    const frames = [encodeFrame(FRAME_KINDS.header, header)];
    if (hollow !== undefined) frames.push(encodeFrame(FRAME_KINDS.hollow, hollow));
    const bytes = Buffer.concat(frames);
    const segment = new Segment(disk, folder, ordinal, bytes.length);
    segment.dropped = header.dropped;
    await writeWhole(disk, segment.path, bytes);
    return segment;
  }

  /** Appends frames and waits until they are on the disk; gives the offset of the first. On failure nothing is kept. */
  async append(frames: Buffer): Promise<number> {
    const file = await this.#open();
    const offset = this.bytes;
    try {
      await writeAll(file, frames, offset);
      await file.datasync();
    } catch (error) {
      await file.truncate(offset).catch(() => undefined);
      throw error;
    }
    this.bytes += frames.length;
    return offset;
  }

  /** The batch at a place; undefined when the disk gives back something else than was written. */
  async read(place: Place): Promise<TextBatch | undefined> {
    const file = await this.#open();
    const bytes = Buffer.allocUnsafe(place.length);
    await file.read(bytes, 0, place.length, place.offset);
    const stored = splitStored(frameTextAt(bytes, 0) ?? "");
    return stored && new TextBatch(stored.head, stored.readings);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await this.#disk.remove(this.path);
  }

  async #open(): Promise<DiskFile> {
    this.#file ??= await this.#disk.open(this.path, "r+");
    return this.#file;
  }
}

async function writeAll(file: DiskFile, bytes: Buffer, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
}

/** Replaces a file as one step: a reader after a crash sees the old or the new content, never a mixture. */
async function writeWhole(disk: Disk, path: string, bytes: Buffer): Promise<void> {
  const draft = `${path}.tmp`;
  const file = await disk.open(draft, "w");
  try {
    await writeAll(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
  await syncFolder(disk, dirname(path));
}

/** Makes names in a folder durable; where a system cannot sync folders, its renames are durable by themselves. */
export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = await disk.open(folder, "r").catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
