import { StoreUnavailableError } from "@nightflow/domain";
import { type Curve, FeedForgottenError, type FeedPage, type ReadingStore } from "@nightflow/storage";
import { columnsOf, type SeriesRow } from "./series.ts";

/** The feed of a store in memory: one commit per `append`, one commit per page; it can be away. */
export class FakeFeed {
  readonly #commits: (readonly SeriesRow[])[] = [];
  savedCursor = 0;
  isAway = false;
  /** The first commit that is kept. */
  keptFrom = 1;
  asked = 0;

  append(rows: readonly SeriesRow[]): void {
    this.#commits.push(rows);
  }

  /** The part of the port that analytics uses. */
  get store(): ReadingStore {
    const part: Pick<ReadingStore, "changesSince" | "saveCursor" | "curve"> = {
      curve: async (channel, fromMs, toMs) => this.#curve(channel, fromMs, toMs),
      changesSince: (cursor) => this.#page(cursor),
      saveCursor: async (_, cursor) => {
        this.savedCursor = cursor;
      },
    };
    return part as ReadingStore;
  }

  /** The first value of an instant stays, as in a store. */
  #curve(channel: string, fromMs: number, toMs: number): Curve {
    if (this.isAway) throw new StoreUnavailableError("the store is away");
    const rows = new Map<number, SeriesRow>();
    for (const row of this.#commits.flat())
      if (row.channel === channel && row.readAtMs >= fromMs && row.readAtMs < toMs && !rows.has(row.readAtMs))
        rows.set(row.readAtMs, row);
    return { channel, ...columnsOf([...rows.values()].sort((a, b) => a.readAtMs - b.readAtMs)) };
  }

  async #page(cursor: number): Promise<FeedPage> {
    this.asked++;
    if (this.isAway) throw new StoreUnavailableError("the store is away");
    if (cursor > this.#commits.length) throw new FeedForgottenError("beyond the last commit", { keptFrom: 1 });
    if (cursor + 1 < this.keptFrom) throw new FeedForgottenError("forgotten", { keptFrom: this.keptFrom });
    const rows = this.#commits[cursor] ?? [];
    const next = Math.min(cursor + 1, this.#commits.length);
    return { cursor: Math.max(cursor, next), hasMore: next < this.#commits.length, readings: columnsOf(rows) };
  }
}
