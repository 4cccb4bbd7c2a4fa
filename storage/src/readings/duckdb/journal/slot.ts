import { type FileHandle, open } from "node:fs/promises";
import type { JournalDisk } from "./journal-disk.ts";
import type { RecordPlace } from "./journal-record.ts";

const STEP_BYTES = 1024 * 1024;

/** One file of the journal, laid out before it is written into, so that an append changes no size and fdatasync is short. */
export class Slot {
  readonly path: string;
  readonly #file: FileHandle;
  #bytes: number;
  #at = 0;
  #segment = 0;
  #records: RecordPlace[] = [];

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  static async open(path: string): Promise<Slot> {
    const file = await open(path, "r+");
    return new Slot(path, file, (await file.stat()).size);
  }

  /** A new file of `bytes` zeros, durable; on a disk without so much room one that grows as it is written. */
  static async create(path: string, bytes: number): Promise<Slot> {
    const file = await open(path, "w+");
    try {
      await layOut(file, bytes).catch(() => file.truncate(0));
      await file.sync();
      return new Slot(path, file, bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  get segment(): number {
    return this.#segment;
  }

  /** What stands in it, ascending without a hole. */
  get records(): readonly RecordPlace[] {
    return this.#records;
  }

  /** The last commit in it; 0 when there is none. */
  get lastNo(): number {
    return this.#records.at(-1)?.no ?? 0;
  }

  /** Share of it that is written. */
  get fill(): number {
    return this.#at / this.#bytes;
  }

  /** Begins at its first byte again, for a new segment. */
  begin(segment: number): void {
    this.#at = 0;
    this.#segment = segment;
    this.#records = [];
  }

  /** Holds what a run before this one wrote into it, and takes nothing more until it is begun again. */
  hold(records: readonly RecordPlace[]): void {
    this.#at = this.#bytes;
    this.#segment = records[0]?.segment ?? 0;
    this.#records = [...records];
  }

  /** Whether a record fits; one that is larger than any slot may begin an empty one, which grows. */
  hasRoom(bytes: number): boolean {
    return this.#at === 0 || this.#at + bytes <= this.#bytes;
  }

  /** Resolves when the record is durable; after a failure the next one is written over it. */
  async append(record: Buffer, { no, rows }: Pick<RecordPlace, "no" | "rows">, disk: JournalDisk): Promise<void> {
    const [at, end] = [this.#at, this.#at + record.length];
    await disk.write(this.#file, record, at);
    this.#at = end;
    this.#bytes = Math.max(this.#bytes, end);
    this.#records.push({ no, rows, segment: this.#segment, at, end });
  }

  /** The bytes from `at` up to `end`. */
  async read(at: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(end - at);
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at);
    return bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function layOut(file: FileHandle, bytes: number): Promise<void> {
  const zeros = Buffer.alloc(STEP_BYTES);
  for (let at = 0; at < bytes; at += STEP_BYTES) await file.write(zeros, 0, Math.min(STEP_BYTES, bytes - at), at);
}
