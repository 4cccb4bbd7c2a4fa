import { type FileHandle, open, readFile } from "node:fs/promises";
import { NightflowError } from "@nightflow/domain";
import type { z } from "zod";
import { OneAtATime } from "../one-at-a-time.ts";
import { SECRET_MODE, syncFolder, writeDurably } from "./durable-file.ts";

/** A journal holds what nobody has written into it. */
export class JournalError extends NightflowError {
  readonly code = "JOURNAL_DAMAGED";
  readonly retriable = false;
}

/** Entries that survive the process, in the order they were written. */
export interface Journal<Entry> {
  /** What was there when it was opened. */
  readonly entries: readonly Entry[];
  /** Resolves when the entries are on disk. */
  append(...entries: Entry[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal in a file of JSON lines, and makes it where there is none.
 *
 * A last line that was cut by a crash was never acknowledged to anybody and is dropped. `keep` says which entries are
 * still worth having; the others are left out for good.
 *
 * @throws {JournalError} when a line in the middle cannot be read.
 */
export async function openJournal<Entry>(
  path: string,
  schema: z.ZodType<Entry>,
  keep: (entries: readonly Entry[]) => readonly Entry[] = (entries) => entries,
): Promise<Journal<Entry>> {
  const text = await readOrNothing(path);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const written = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at) => parseLine(line, schema, `${path}, line ${at + 1}`));
  const entries = keep(written);
  if (entries.length < written.length || whole !== text) await replace(path, entries);
  const file = await open(path, "a", SECRET_MODE);
  await syncFolder(path);
  return new FileJournal(file, (await file.stat()).size, entries);
}

/** A journal that forgets with the process; for tests. */
export function memoryJournal<Entry>(entries: Entry[] = []): Journal<Entry> {
  const append = async (...added: Entry[]) => void entries.push(...structuredClone(added));
  return { entries: [...entries], append, close: async () => {} };
}

class FileJournal<Entry> implements Journal<Entry> {
  readonly entries: readonly Entry[];
  readonly #file: FileHandle;
  readonly #queue = new OneAtATime();
  #bytes: number;

  constructor(file: FileHandle, bytes: number, entries: readonly Entry[]) {
    this.entries = entries;
    this.#file = file;
    this.#bytes = bytes;
  }

  append(...entries: Entry[]): Promise<void> {
    const lines = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    return this.#queue.run(async () => {
      // What a full disk left of an earlier line would spoil this one.
      await this.#file.truncate(this.#bytes);
      await this.#file.appendFile(lines);
      await this.#file.datasync();
      this.#bytes += lines.length;
    });
  }

  close(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#file.fd >= 0) await this.#file.close();
    });
  }
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function parseLine<Entry>(line: string, schema: z.ZodType<Entry>, where: string): Entry {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    const remedy = "restore the file from a backup; do not cut the line out, it may hold a revocation";
    throw new JournalError(`${where}: cannot be read`, { cause, remedy });
  }
}

async function replace(path: string, entries: readonly unknown[]): Promise<void> {
  await writeDurably(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}
