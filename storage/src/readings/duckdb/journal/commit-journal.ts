import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { SerialQueue } from "../../serial-queue.ts";
import { type JournalDisk, pooledDisk } from "./journal-disk.ts";
import {
  decodeReadings,
  decodeRecord,
  encodeRecord,
  type JournalEntry,
  type NumberedReadings,
  placeAt,
  type RecordPlace,
  recordsIn,
  sealRecord,
} from "./journal-record.ts";
import { Slot } from "./slot.ts";

/** How the journal of a store file is kept. */
export interface JournalOptions {
  /** The store file; the journal's slots lie in `<file>.journal/`. */
  readonly storePath: string;
  /** Size of a slot that is laid out before it is needed. */
  readonly slotBytes: number;
  /** The last commit that the store file has. */
  readonly inFile: number;
  /** Commits that the store file has stay in the journal up to so many bytes, for readers of the feed who are behind. */
  readonly keptBytes: number;
  /** Whether a slot is laid out before the first commit, which else waits for it. */
  readonly laysOutFirst?: boolean;
  /** What writes; it is closed with the journal. */
  readonly disk?: JournalDisk;
  readonly logger: Logger;
}

/** What is left of the journal when the store opens. */
export interface FoundJournal {
  readonly journal: CommitJournal;
  /** Every commit in it that the store file has not, ascending, each once. */
  readonly entries: readonly JournalEntry[];
}

/** A stretch of the feed, whole commits. */
export interface JournalPage {
  readonly cursor: number;
  readonly readings: readonly NumberedReadings[];
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
  readonly #disk: JournalDisk;
  readonly #queue = new SerialQueue();
  readonly #used: Slot[];
  /** Those of which the store file has everything, oldest first: readers of the feed are served from them. */
  readonly #kept: Slot[] = [];
  readonly #free: Slot[] = [];
  #segment: number;
  #laidOut: Promise<void> | undefined;

  private constructor(options: JournalOptions, used: Slot[], segment: number) {
    this.#options = options;
    this.#disk = options.disk ?? pooledDisk;
    this.#folder = folderOf(options.storePath);
    this.#used = used;
    this.#segment = segment;
  }

  /** Opens the journal and reads what is in it. Its caller brings the entries into the store file, then forgets them. */
  static async open(options: JournalOptions): Promise<FoundJournal> {
    const folder = folderOf(options.storePath);
    await mkdir(folder, { recursive: true });
    await syncFolder(dirname(folder));
    const entries = new FoundEntries(options.inFile);
    const found: { readonly slot: Slot; readonly places: readonly RecordPlace[] }[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      const places = entries.take(await readFile(path));
      found.push({ slot: await Slot.open(path), places });
    }
    for (const { slot, places } of found) slot.hold(places.filter((place) => entries.stands(place)));
    const used = found.map(({ slot }) => slot).filter(({ lastNo }) => lastNo > 0);
    used.sort((a, b) => a.segment - b.segment);
    const journal = new CommitJournal(options, used, entries.segment);
    for (const { slot } of found) if (slot.lastNo === 0) await journal.#giveBack(slot);
    if (options.laysOutFirst) journal.#layOut();
    return { journal, entries: entries.sorted() };
  }

  /** Bytes on disk. */
  get bytes(): number {
    return [...this.#used, ...this.#kept, ...this.#free].reduce((sum, slot) => sum + slot.bytes, 0);
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
      const place = { no: entry.no, rows: entry.readings.length };
      await slot.append(sealRecord(record, slot.segment), place, this.#disk).catch((error) => this.#failed(error));
      if (slot.fill > 0.5) this.#layOut();
    });
  }

  /**
   * Gives back the slots of which every commit up to `no` is in the store file, its log aside. Commits behind `passedNo`
   * are kept for the feed as far as there is room for them.
   */
  async forget(no: number, passedNo = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#queue.run(async () => {
      while ((this.#used[0]?.lastNo ?? Number.POSITIVE_INFINITY) <= no && this.#used.length > 1)
        this.#kept.push(this.#used.shift() as Slot);
      let bytes = this.#kept.reduce((sum, slot) => sum + slot.bytes, 0);
      for (let [oldest] = this.#kept; oldest !== undefined; [oldest] = this.#kept) {
        if (oldest.lastNo > passedNo && bytes <= this.#options.keptBytes) break;
        bytes -= oldest.bytes;
        await this.#giveBack(this.#kept.shift() as Slot);
      }
    });
  }

  /** Readings of the commits after `cursor`, about `limit` of them; undefined where the journal has not what comes next. */
  async page(cursor: number, limit: number): Promise<JournalPage | undefined> {
    const slot = [...this.#kept, ...this.#used].find(({ lastNo }) => lastNo > cursor);
    const from = slot?.records.findIndex(({ no }) => no === cursor + 1) ?? -1;
    if (slot === undefined || from < 0) return undefined;
    const places = upTo(limit, slot.records, from);
    try {
      return await readPage(slot, places);
    } catch {
      // It was given back meanwhile.
      return undefined;
    }
  }

  /** Closes the journal; `isEmptied` when the store file holds everything that was in it, so that nothing is left behind. */
  async close(isEmptied: boolean): Promise<void> {
    await this.#queue.idle();
    await this.#laidOut;
    for (const slot of [...this.#used.splice(0), ...this.#kept.splice(0), ...this.#free.splice(0)]) await slot.close();
    await this.#disk.close();
    if (isEmptied) await rm(this.#folder, { recursive: true, force: true });
  }

  // On a full disk what is kept for readers alone makes room.
  async #failed(error: unknown): Promise<never> {
    for (const slot of this.#kept.splice(0)) await this.#remove(slot);
    throw error;
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
    const taken = new Set([...this.#used, ...this.#kept, ...this.#free].map((slot) => basename(slot.path)));
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
    await this.#remove(slot);
  }

  async #remove(slot: Slot): Promise<void> {
    await slot.close();
    await rm(slot.path, { force: true });
  }
}

/** The commits of slots that were found. Of two records of one number the one written last holds: the other was refused to its caller. */
class FoundEntries {
  readonly #inFile: number;
  readonly #byNo = new Map<number, { readonly entry: JournalEntry; readonly segment: number }>();
  /** The highest segment. */
  segment = 0;

  constructor(inFile: number) {
    this.#inFile = inFile;
  }

  /** Gives the places of those that the store file has not. */
  take(bytes: Buffer): readonly RecordPlace[] {
    const wanted: RecordPlace[] = [];
    for (const place of recordsIn(bytes)) {
      const { no, segment } = place;
      this.segment = Math.max(this.segment, segment);
      if (no <= this.#inFile) continue;
      wanted.push(place);
      const known = this.#byNo.get(no);
      if (known === undefined || known.segment <= segment)
        this.#byNo.set(no, { entry: decodeRecord(bytes, place), segment });
    }
    return wanted;
  }

  /** Whether the record at this place is the one that holds. */
  stands({ no, segment }: RecordPlace): boolean {
    return this.#byNo.get(no)?.segment === segment;
  }

  sorted(): readonly JournalEntry[] {
    return [...this.#byNo.values()].map(({ entry }) => entry).sort((a, b) => a.no - b.no);
  }
}

function upTo(limit: number, records: readonly RecordPlace[], from: number): readonly RecordPlace[] {
  let rows = 0;
  let end = from;
  while (end < records.length && rows < limit) rows += records[end++]?.rows ?? 0;
  return records.slice(from, end);
}

/** @throws when the slot holds something else by now. */
async function readPage(slot: Slot, places: readonly RecordPlace[]): Promise<JournalPage> {
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a page has a commit at least");
  const bytes = await slot.read(first.at, last.end);
  const readings = places.map(({ no, segment, at }) => {
    const found = placeAt(bytes, at - first.at);
    if (found?.no !== no || found.segment !== segment) throw new RangeError(`commit ${no} is no longer there`);
    return decodeReadings(bytes, found.at);
  });
  return { cursor: last.no, readings };
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
