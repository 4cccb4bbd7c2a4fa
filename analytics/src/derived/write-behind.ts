import type { Database, FeedPage, ReadingStore } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";
import { countedIn, type Dues } from "./counted-in.ts";
import { type FoldedPage, foldPage, type JudgedRegister } from "./fold-page.ts";
import { HeldRegisters } from "./held-registers.ts";
import { addChanges } from "./hour-rows.ts";
import type { ForgottenDays } from "./kept-rows.ts";
import { type DerivedProgress, lockProgress, saveCursorIn } from "./progress.ts";
import { writeOpen } from "./write-open.ts";

/** What the write-behind works with. */
export interface WriteBehindDeps {
  readonly db: Database;
  readonly store: Pick<ReadingStore, "curve">;
  readonly heldRegisters: number;
  readonly flushMs: number;
}

/** What one write brought into the database. */
export interface Written extends Pick<FoldedPage, "readings" | "replayed" | "tooLate"> {
  readonly hours: number;
}

/**
 * Pages of the feed folded into registers in memory, and written together: states, shares, sums and the cursor of the last
 * page folded are one transaction. A kill between two writes loses what is in memory and with it the cursor, so those pages
 * are folded again from what is written. Each write looks whether the database is still as it was left; where another process
 * has gone on, what is in memory is let go of.
 */
export class WriteBehind {
  readonly #deps: WriteBehindDeps;
  readonly #held = new HeldRegisters();
  /** What the database says, as far as is known; undefined before the first look and where a write's end is not known. */
  #base: DerivedProgress | undefined;
  #cursor = 0;
  #newestReadMs = 0;
  #foldedSinceMs: number | undefined;
  #folded = { readings: 0, replayed: 0, tooLate: 0 };

  constructor(deps: WriteBehindDeps) {
    this.#deps = deps;
  }

  /** The last commit that is folded; what is asked for next lies behind it. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The last commit that is written; undefined where that must be looked up. */
  get writtenCursor(): number | undefined {
    return this.#base?.cursor;
  }

  /** Newest time of a device that was folded. */
  get newestReadMs(): number {
    return this.#newestReadMs;
  }

  /** Whether there is as much in memory, or for as long, as may be. */
  get isDue(): boolean {
    if (this.#held.open.size >= this.#deps.heldRegisters) return true;
    return this.#foldedSinceMs !== undefined && performance.now() - this.#foldedSinceMs >= this.#deps.flushMs;
  }

  /** Goes on from what the database says; nothing is kept in memory. */
  begin(base: DerivedProgress): void {
    this.discard();
    this.#base = base;
    this.#cursor = base.cursor;
    this.#newestReadMs = base.newestReadMs;
  }

  /** Lets go of all that is in memory. What the database says must be told anew, by `begin`. */
  discard(): void {
    this.#held.clear();
    this.#base = undefined;
    this.#foldedSinceMs = undefined;
    this.#folded = { readings: 0, replayed: 0, tooLate: 0 };
  }

  /** The registers that meters are judged by, as pages are folded with. */
  judge(meters: Iterable<MeteredChannel>): Map<string, JudgedRegister> {
    const { places } = this.#held;
    return new Map([...meters].map((meter) => [meter.channel, { meter, place: places.of(countedIn(meter)) }]));
  }

  /** Folds one page; where it fails everything in memory is let go of. Times after `nowMs` make nothing newest. */
  async fold(
    page: FeedPage,
    by: { registers: ReadonlyMap<string, JudgedRegister>; lateBeforeMs: number; nowMs: number },
  ) {
    const { db: sql, store } = this.#deps;
    this.#foldedSinceMs ??= performance.now();
    try {
      const done = await foldPage(page.readings, { ...by, sql, store, held: this.#held });
      this.#cursor = page.cursor;
      this.#newestReadMs = Math.max(this.#newestReadMs, Math.min(done.newestReadMs, by.nowMs));
      this.#folded.readings += done.readings;
      this.#folded.replayed += done.replayed;
      this.#folded.tooLate += done.tooLate;
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Writes what was folded. Null where another process has gone on meanwhile: its place is taken over, and what was folded is let go of. */
  async write(dues: Dues): Promise<Written | null> {
    if (this.#base === undefined || this.#cursor === this.#base.cursor)
      return { readings: 0, replayed: 0, tooLate: 0, hours: 0 };
    try {
      const written = await this.#deps.db.transaction((tx) => this.#writeIn(tx, dues));
      if (written !== null) this.#settle();
      return written;
    } catch (error) {
      // The transaction may have been committed all the same.
      this.discard();
      throw error;
    }
  }

  async #writeIn(tx: Parameters<typeof lockProgress>[0], dues: Dues): Promise<Written | null> {
    const progress = await lockProgress(tx);
    if (!this.#isAsLeft(progress)) {
      this.begin(progress);
      return null;
    }
    const changes = await writeOpen(tx, this.#held);
    await addChanges(tx, changes, dues);
    await saveCursorIn(tx, this.#cursor, this.#newestReadMs);
    const hours = changes.districts.changed().length + changes.accounts.changed().length;
    return { ...this.#folded, hours };
  }

  #isAsLeft({ cursor, forgottenDays }: DerivedProgress): boolean {
    return cursor === this.#base?.cursor && forgottenDays === this.#base.forgottenDays;
  }

  #settle(): void {
    if (this.#base) this.#base = { ...this.#base, cursor: this.#cursor, newestReadMs: this.#newestReadMs };
    this.#held.settle(this.#deps.heldRegisters);
    this.#foldedSinceMs = undefined;
    this.#folded = { readings: 0, replayed: 0, tooLate: 0 };
  }

  /** Days were let go of in the database, where `before` was what it said. */
  forget({ days, keptFromDays }: ForgottenDays, before: DerivedProgress): void {
    if (days === 0 || !this.#base || !this.#isAsLeft(before)) return;
    this.#held.forget(keptFromDays);
    this.#base = { ...this.#base, forgottenDays: before.forgottenDays + days };
  }
}
