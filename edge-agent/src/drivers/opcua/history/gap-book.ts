import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Boundaries of the period, first to last, for which nothing was read. */
export const Gap = z.strictObject({
  id: z.int(),
  firstMs: z.int(),
  lastMs: z.int(),
  /** The channels that are still wanting; null: all. */
  channels: z.array(z.string()).nullable(),
  attempts: z.int().min(0),
});
export type Gap = z.infer<typeof Gap>;

const Kept = z.strictObject({ v: z.literal(1), doneMs: z.int().nullable(), gaps: z.array(Gap).max(1000) });
type Kept = z.infer<typeof Kept>;

/** Outages without end must not fill the file: the oldest are given up. */
const MAX_GAPS = 500;

/**
 * Up to when a bus was read, and which gaps are still open. It lies on disk, so that an agent that was stopped knows what
 * to fetch. A boundary is noted only when its readings have had time to become durable: after a crash the one or two
 * before it are fetched again, with the same times and values, of which the head-end keeps one.
 */
export class GapBook {
  readonly #path: string;
  #kept: Kept;

  constructor(folder: string, bus: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, `${bus.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}.json`);
    this.#kept = readKept(this.#path);
  }

  /** The last boundary that was read; null before the first. */
  get doneMs(): number | null {
    return this.#kept.doneMs;
  }

  /** Newest first. */
  get gaps(): readonly Gap[] {
    return this.#kept.gaps.toSorted((a, b) => b.lastMs - a.lastMs);
  }

  /** Notes that all up to a boundary was read. */
  done(boundaryMs: number): void {
    if (this.#kept.doneMs === boundaryMs) return;
    this.#save({ ...this.#kept, doneMs: boundaryMs });
  }

  /** Opens gaps. */
  open(...gaps: readonly Omit<Gap, "id">[]): void {
    let id = Math.max(0, ...this.#kept.gaps.map((gap) => gap.id));
    const all = [...this.#kept.gaps, ...gaps.map((gap) => ({ ...gap, id: ++id }))];
    this.#save({ ...this.#kept, gaps: all.toSorted((a, b) => a.lastMs - b.lastMs).slice(-MAX_GAPS) });
  }

  /** What is left of a gap whose newest part was dealt with; null when nothing is. `more` are gaps that came of it. */
  shrink(id: number, lastMs: number | null, more: readonly Omit<Gap, "id">[] = []): void {
    const gaps = this.#kept.gaps.flatMap((gap) => {
      if (gap.id !== id) return [gap];
      return lastMs === null || lastMs < gap.firstMs ? [] : [{ ...gap, lastMs }];
    });
    this.#kept = { ...this.#kept, gaps };
    if (more.length > 0) this.open(...more);
    else this.#save(this.#kept);
  }

  #save(kept: Kept): void {
    this.#kept = kept;
    const draft = `${this.#path}.new`;
    try {
      writeFileSync(draft, JSON.stringify(kept), { mode: 0o600, flush: true });
      renameSync(draft, this.#path);
    } catch {
      // On a full disk the book goes on in memory; the next change tries again.
    }
  }
}

function readKept(path: string): Kept {
  try {
    return Kept.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return { v: 1, doneMs: null, gaps: [] };
  }
}
