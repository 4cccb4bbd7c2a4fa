import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const FILE = "ledger.jsonl";
const Line = z.tuple([z.int(), z.string(), z.string(), z.number()]);
const MAX_BUFFERED_LINES = 4096;

/** One value that left a simulated meter. */
export interface LedgerEntry {
  /** Device time. */
  readonly servedAtMs: number;
  readonly meter: string;
  readonly register: string;
  /** Counts of a total; a gauge as it travelled, in the unit of the wire. */
  readonly value: number;
}

/**
 * Everything the simulators served, in an append-only file: a line is taken before the answer leaves, written at
 * the latest `flushMs` later, and on close.
 */
export class Ledger {
  readonly #file: number;
  readonly #timer: NodeJS.Timeout;
  #lines: string[] = [];

  constructor(dataDir: string, flushMs = 200) {
    mkdirSync(dataDir, { recursive: true });
    this.#file = openSync(join(dataDir, FILE), "a");
    // Ends a line that a killed run left half written, so that it stays alone in being unreadable.
    writeSync(this.#file, "\n");
    this.#timer = setInterval(() => this.flush(), flushMs);
    this.#timer.unref();
  }

  append(servedAtMs: number, meter: string, register: string, value: number): void {
    this.#lines.push(`${JSON.stringify([servedAtMs, meter, register, value])}\n`);
    if (this.#lines.length >= MAX_BUFFERED_LINES) this.flush();
  }

  /** Hands everything taken so far to the operating system. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(this.#lines.join(""));
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    this.#lines = [];
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
    closeSync(this.#file);
  }
}

/** The ledger of a data directory, in the order served; a line that is not whole is left out. */
export async function* readLedger(dataDir: string): AsyncGenerator<LedgerEntry> {
  const file = await open(join(dataDir, FILE));
  for await (const line of file.readLines()) {
    const entry = entryOf(line);
    if (entry !== undefined) yield entry;
  }
}

function entryOf(line: string): LedgerEntry | undefined {
  if (!line.startsWith("[") || !line.endsWith("]")) return undefined;
  const [servedAtMs, meter, register, value] = Line.parse(JSON.parse(line));
  return { servedAtMs, meter, register, value };
}

/** What was served, for asking whether a stored value ever was. */
export class LedgerIndex {
  readonly #seen: ReadonlySet<string>;

  private constructor(seen: ReadonlySet<string>) {
    this.#seen = seen;
  }

  /** Reads the whole ledger of a data directory. */
  static async read(dataDir: string): Promise<LedgerIndex> {
    const seen = new Set<string>();
    for await (const { meter, register, value } of readLedger(dataDir)) seen.add(`${meter},${register},${value}`);
    return new LedgerIndex(seen);
  }

  /** Whether the register was ever served with this value: counts of a total, the wire's number of a gauge. */
  has(meter: string, register: string, value: number): boolean {
    return this.#seen.has(`${meter},${register},${value}`);
  }

  /** How many different values were served. */
  get size(): number {
    return this.#seen.size;
  }
}
