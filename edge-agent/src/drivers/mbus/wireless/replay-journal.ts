import { closeSync, fsync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Timers } from "../../../timers.ts";
import { lineOf, type NotedTelegram, notedIn } from "./noted-telegram.ts";

/** Where telegrams that were taken are noted, so that a restart knows them. */
export interface TelegramJournal {
  /** What is noted, oldest first. */
  readonly noted: readonly NotedTelegram[];
  /** Notes one more. `all` gives everything that is worth keeping, for when the file has grown long. */
  note(telegram: NotedTelegram, all: () => readonly NotedTelegram[]): void;
  close(): void;
}

export interface ReplayJournalDeps {
  readonly path: string;
  readonly logger: Logger;
  readonly timers: Timers;
}

/** Lines are synced together after so long: a power cut costs at most the telegrams of this time. */
const SYNC_MS = 1000;
/** The file is written anew when it has so many more lines than are worth keeping. */
const SPARE_LINES = 5000;

/**
 * A file of lines, one for each telegram that was taken, appended and synced once a second. Lines that are damaged are passed
 * by and counted: what they said is forgotten, and no good telegram is refused for them. Where the disk takes no more, the
 * journal goes on in memory and says so once.
 */
export class ReplayJournal implements TelegramJournal {
  readonly noted: readonly NotedTelegram[];
  readonly #deps: ReplayJournalDeps;
  #file: number | undefined;
  #lines: number;
  #cancelSync: (() => void) | undefined;
  #isFaulty = false;

  constructor(deps: ReplayJournalDeps) {
    this.#deps = deps;
    const { noted, lines } = this.#read();
    this.noted = noted;
    this.#lines = lines;
  }

  note(telegram: NotedTelegram, all: () => readonly NotedTelegram[]): void {
    this.#guarded(() => {
      const kept = this.#lines >= SPARE_LINES ? all() : [];
      if (kept.length > 0 && this.#lines >= kept.length + SPARE_LINES) this.#rewrite(kept);
      else this.#append(telegram);
    });
  }

  close(): void {
    this.#cancelSync?.();
    this.#guarded(() => {
      if (this.#file === undefined) return;
      fsyncSync(this.#file);
      closeSync(this.#file);
      this.#file = undefined;
    });
  }

  #append(telegram: NotedTelegram): void {
    this.#file ??= this.#open();
    writeSync(this.#file, lineOf(telegram));
    this.#lines++;
    this.#cancelSync ??= this.#deps.timers.after(SYNC_MS, () => this.#sync());
  }

  /** A line that a power cut has left half written is ended, so that it stays alone in being unreadable. */
  #open(): number {
    mkdirSync(dirname(this.#deps.path), { recursive: true, mode: 0o700 });
    const file = openSync(this.#deps.path, "a", 0o600);
    if (this.#lines > 0) writeSync(file, "\n");
    return file;
  }

  #sync(): void {
    this.#cancelSync = undefined;
    if (this.#file !== undefined) fsync(this.#file, (error) => error && this.#fault(error));
  }

  #rewrite(kept: readonly NotedTelegram[]): void {
    const { path } = this.#deps;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    const file = openSync(`${path}.new`, "w", 0o600);
    try {
      writeSync(file, kept.map(lineOf).join(""));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    this.#lines = kept.length;
  }

  #read(): { readonly noted: NotedTelegram[]; readonly lines: number } {
    const { path, logger } = this.#deps;
    try {
      const { noted, lines, damaged } = notedIn(readFileSync(path, "utf8"));
      if (damaged > 0)
        logger.warn(
          { file: path, damaged, kept: noted.length },
          "wmbus: lines of the replay journal are damaged and forgotten",
        );
      return { noted, lines };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#fault(error);
      return { noted: [], lines: 0 };
    }
  }

  #guarded(work: () => void): void {
    try {
      work();
      this.#isFaulty = false;
    } catch (error) {
      this.#fault(error);
    }
  }

  #fault(error: unknown): void {
    const { path, logger } = this.#deps;
    if (!this.#isFaulty)
      logger.error(
        { file: path, error: describeError(error) },
        "wmbus: the replay journal cannot be kept: until the next restart replays are told from memory",
      );
    this.#isFaulty = true;
  }
}
