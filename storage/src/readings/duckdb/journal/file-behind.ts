import { open } from "node:fs/promises";
import { describeError, NightflowError } from "@nightflow/domain";
import type { Logger } from "pino";
import { SerialQueue } from "../../serial-queue.ts";
import type { StoreFilePort } from "../store-port.ts";
import { type CommitJournal, folderOf } from "./commit-journal.ts";
import { encodeRecord, type JournalEntry, sealRecord } from "./journal-record.ts";
import { PendingCommits } from "./pending-commits.ts";

/** What brings commits into the file. */
export interface FileBehindParts {
  readonly storePath: string;
  readonly file: StoreFilePort;
  readonly journal: CommitJournal;
  /** The last commit that every consumer of the feed has passed. */
  readonly passedNo: () => number;
  readonly logger: Logger;
}

/** So many pending readings are brought into the file at once. More in one transaction cost less each. */
const APPLY_READINGS = 200_000;
/** Fewer are brought into the file so long after the first of them came. */
const APPLY_AFTER_MS = 1000;
const RETRY_MS = 1000;

/** Brings commits that are durable in the journal into the store file, many at once, and again when the file takes none. */
export class FileBehind {
  readonly pending = new PendingCommits();
  readonly #parts: FileBehindParts;
  readonly #applies = new SerialQueue();
  #timer: NodeJS.Timeout | undefined;
  #isApplying = false;
  #hasFailed = false;
  #isStopped = false;
  #applyMs = 0;
  #unwritable = 0;

  constructor(parts: FileBehindParts) {
    this.#parts = parts;
    // Not earlier: DuckDB opens a file whose log is damaged without a word, as if there were none.
    parts.file.onCheckpoint((no) => void parts.journal.forget(no, parts.passedNo()));
  }

  /** Time of the last transaction. */
  get applyMs(): number {
    return this.#applyMs;
  }

  /** Commits since the start that the file refused, and that were set aside whole. */
  get unwritable(): number {
    return this.#unwritable;
  }

  push(entry: JournalEntry): void {
    this.pending.push(entry);
  }

  /** Sees to it that what is pending is brought in soon. */
  soon(): void {
    if (this.#isApplying || this.#isStopped) return;
    if (this.pending.rows >= APPLY_READINGS && !this.#hasFailed) this.#run();
    else this.#timer ??= setTimeout(() => this.#run(), this.#hasFailed ? RETRY_MS : APPLY_AFTER_MS).unref();
  }

  /** Brings in nothing more by itself. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when the file holds every commit up to `goal`. @throws {StoreUnavailableError} when it takes none now. */
  async through(goal: number): Promise<void> {
    await this.#while(() => (this.pending.firstNo ?? goal + 1) <= goal);
  }

  /** Resolves when fewer readings are pending. @throws {StoreUnavailableError} when the file takes none now. */
  async below(readings: number): Promise<void> {
    await this.#while(() => this.pending.rows >= readings);
  }

  /** As `through`; a failure is logged, the commits stay in the journal. */
  async tryThrough(goal: number): Promise<void> {
    await this.through(goal).catch((error: unknown) => this.#sayFailed(error));
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isApplying = true;
    void this.tryThrough(this.pending.lastNo ?? 0).finally(() => {
      this.#isApplying = false;
      if (this.pending.size > 0) this.soon();
    });
  }

  // One piece at a time, so that who waits for a little does not wait for all that others want.
  async #while(isWanted: () => boolean): Promise<void> {
    while (isWanted()) await this.#applies.run(async () => (isWanted() ? await this.#applyOldest() : undefined));
  }

  async #applyOldest(): Promise<void> {
    const entries = this.pending.oldest(APPLY_READINGS);
    const startedMs = performance.now();
    await this.#apply(entries);
    this.#applyMs = performance.now() - startedMs;
    this.pending.dropThrough(entries.at(-1)?.no ?? 0);
    if (this.#hasFailed) this.#parts.logger.info("the store file takes commits again");
    this.#hasFailed = false;
  }

  // One commit that the file refuses for what is in it must not keep those behind it out for ever.
  async #apply(entries: readonly JournalEntry[]): Promise<void> {
    const { file, journal } = this.#parts;
    try {
      await file.apply(entries, journal.usedBytes);
    } catch (error) {
      if (!isOfContent(error)) throw error;
      const [only] = entries;
      if (entries.length > 1) for (const entry of entries) await this.#apply([entry]);
      else if (only !== undefined) await this.#setAside(only, error);
    }
  }

  async #setAside(entry: JournalEntry, error: unknown): Promise<void> {
    const { storePath, file, journal, logger } = this.#parts;
    const path = `${storePath}.unwritable-${entry.no}`;
    await writeWhole(path, sealRecord(encodeRecord(entry), 0));
    const { no, receivedAtMs, batches, fresh } = entry;
    const { readings } = entry;
    const empty = { ...readings, length: 0 };
    await file.apply(
      [{ no, receivedAtMs, batches, fresh, setAside: [], repeats: 0, readings: empty }],
      journal.usedBytes,
    );
    this.#unwritable++;
    logger.fatal(
      { commit: no, readings: readings.length, path, reason: describeError(error) },
      "the store file refuses a commit for what is in it: it was set aside whole; keep that file and report it",
    );
  }

  #sayFailed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { storePath, logger } = this.#parts;
    const pending = { commits: this.pending.size, readings: this.pending.rows, journal: folderOf(storePath) };
    const remedy = error instanceof NightflowError ? error.remedy : undefined;
    logger.error(
      { ...pending, reason: describeError(error), remedy },
      "the store file takes no commits; they are safe in its journal and are tried again",
    );
  }
}

// What DuckDB says of a value, never of the disk, the memory or the file.
function isOfContent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof TypeError || at instanceof RangeError) return true;
    if (/^(Binder|Constraint|Conversion|Invalid Input|Out of Range|Parser) Error/.test(at.message)) return true;
  }
  return false;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
