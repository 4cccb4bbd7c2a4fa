import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { SerialQueue } from "../../serial-queue.ts";
import { encodeRecord, type JournalEntry, recordsIn, sealRecord } from "./journal-record.ts";
import { Slot } from "./slot.ts";

/** How the journal of a store file is kept. */
export interface JournalOptions {
  /** The store file; the journal's slots lie in `<file>.journal/`. */
  readonly storePath: string;
  /** Size of a slot that is laid out before it is needed. */
  readonly slotBytes: number;
  readonly logger: Logger;
}

/** What is left of the journal when the store opens. */
export interface FoundJournal {
  readonly journal: CommitJournal;
  /** Every commit in it, ascending, each once. */
  readonly entries: readonly JournalEntry[];
}

const MAX_FREE_SLOTS = 8;

/**
 * Makes commits durable before the store file has them: one write and one fdatasync into space laid out before, so that
 * neither a checkpoint nor a compaction of the store file holds up an acknowledgement.
 *
 * Slots are files used in turn. A record names its segment, which rises each time a slot is begun anew, so what an
 * older use left in a slot is never taken for new.
 */
export class CommitJournal {
  readonly #folder: string;
  readonly #options: JournalOptions;
  readonly #queue = new SerialQueue();
  readonly #used: Slot[] = [];
  readonly #free: Slot[];
  #segment: number;
  #laidOut: Promise<void> | undefined;

  private constructor(options: JournalOptions, free: Slot[], segment: number) {
    this.#options = options;
    this.#folder = folderOf(options.storePath);
    this.#free = free;
    this.#segment = segment;
  }

  /** Opens the journal and reads what is in it. Its caller brings the entries into the store file, then forgets them. */
  static async open(options: JournalOptions): Promise<FoundJournal> {
    const folder = folderOf(options.storePath);
    await mkdir(folder, { recursive: true });
    await syncFolder(dirname(folder));
    const slots: Slot[] = [];
    const entries = new Map<number, { entry: JournalEntry; segment: number }>();
    let segment = 0;
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      for (const found of recordsIn(await readFile(path))) {
        segment = Math.max(segment, found.segment);
        // Of two records of one number the one written last holds: the other was refused to its caller.
        const known = entries.get(found.entry.no);
        if (known === undefined || known.segment <= found.segment) entries.set(found.entry.no, found);
      }
      slots.push(await Slot.open(path));
    }
    const found = [...entries.values()].map(({ entry }) => entry).sort((a, b) => a.no - b.no);
    return { journal: new CommitJournal(options, slots, segment), entries: found };
  }

  /** Bytes on disk. */
  get bytes(): number {
    return [...this.#used, ...this.#free].reduce((sum, slot) => sum + slot.bytes, 0);
  }

  /** Bytes of the slots that hold commits. */
  get usedBytes(): number {
    return this.#used.reduce((sum, slot) => sum + slot.bytes, 0);
  }

  /** Resolves when the entry is durable. After a failure the next entry takes its place. */
  append(entry: JournalEntry): Promise<void> {
    return this.#queue.run(async () => {
      const record = encodeRecord(entry);
      const slot = await this.#slotFor(record.length);
      await slot.append(sealRecord(record, slot.segment), entry.no);
      if (slot.fill > 0.5) this.#layOut();
    });
  }

  /** Gives back the slots of which every commit up to `no` is in the store file, its log aside. */
  async forget(no: number): Promise<void> {
    await this.#queue.run(async () => {
      while ((this.#used[0]?.lastNo ?? Number.POSITIVE_INFINITY) <= no && this.#used.length > 1)
        await this.#giveBack(this.#used.shift() as Slot);
    });
  }

  /** Closes the journal; `isEmptied` when the store file holds everything that was in it, so that nothing is left behind. */
  async close(isEmptied: boolean): Promise<void> {
    await this.#queue.idle();
    await this.#laidOut;
    for (const slot of [...this.#used.splice(0), ...this.#free.splice(0)]) await slot.close();
    if (isEmptied) await rm(this.#folder, { recursive: true, force: true });
  }

  async #slotFor(bytes: number): Promise<Slot> {
    const current = this.#used.at(-1);
    if (current?.hasRoom(bytes)) return current;
    await this.#laidOut;
    const slot = this.#free.shift() ?? (await this.#newSlot());
    slot.begin(++this.#segment);
    this.#used.push(slot);
    return slot;
  }

  // Ahead of need and aside: laying out space takes as long as writing it.
  #layOut(): void {
    if (this.#laidOut !== undefined || this.#free.length > 0) return;
    this.#laidOut = this.#newSlot()
      .then((slot) => {
        this.#free.push(slot);
      })
      .catch((error: unknown) =>
        this.#options.logger.warn(
          { reason: describeError(error) },
          "no space could be laid out for the store's journal",
        ),
      )
      .finally(() => {
        this.#laidOut = undefined;
      });
  }

  async #newSlot(): Promise<Slot> {
    const taken = new Set([...this.#used, ...this.#free].map((slot) => basename(slot.path)));
    let no = 1;
    while (taken.has(nameOf(no))) no++;
    const slot = await Slot.create(join(this.#folder, nameOf(no)), this.#options.slotBytes);
    await syncFolder(this.#folder);
    return slot;
  }

  async #giveBack(slot: Slot): Promise<void> {
    if (this.#free.length < MAX_FREE_SLOTS) {
      this.#free.push(slot);
      return;
    }
    await slot.close();
    await rm(slot.path, { force: true });
  }
}

/** Where the journal of a store file lies. */
export function folderOf(storePath: string): string {
  return `${storePath}.journal`;
}

function nameOf(no: number): string {
  return `${String(no).padStart(3, "0")}.slot`;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
