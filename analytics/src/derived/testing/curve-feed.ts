import { StoreUnavailableError } from "@nightflow/domain";
import {
  type Curve,
  FeedForgottenError,
  type FeedPage,
  type ReadingStore,
  type StoredSetAside,
} from "@nightflow/storage";
import { columnsOf, type SeriesRow } from "../../testing/series.ts";
import { curveOfRows } from "./curves.ts";

/** A store in memory with a feed of commits and the curves of what was committed. */
export class CurveFeed {
  readonly #commits: (readonly SeriesRow[])[] = [];
  readonly setAsideEntries: StoredSetAside[] = [];
  savedCursor = 0;
  isAway = false;
  keptFrom = 1;
  curvesAsked = 0;

  append(rows: readonly SeriesRow[]): void {
    this.#commits.push(rows);
  }

  /** Everything committed so far, of one channel, as the store gives it. */
  curveOf(channel: string, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER): Curve {
    return curveOfRows(this.#commits.flat(), channel, fromMs, toMs);
  }

  get store(): Pick<ReadingStore, "changesSince" | "saveCursor" | "curve" | "setAside"> {
    return {
      changesSince: (cursor, limit) => this.#page(cursor, limit),
      saveCursor: async (_, cursor) => {
        this.savedCursor = cursor;
      },
      curve: async (channel, fromMs, toMs) => {
        this.curvesAsked++;
        return this.curveOf(channel, fromMs, toMs);
      },
      setAside: async (list, limit, beforeId = Number.MAX_SAFE_INTEGER) =>
        this.setAsideEntries
          .filter((entry) => entry.list === list && entry.id < beforeId)
          .sort((a, b) => b.id - a.id)
          .slice(0, limit),
    };
  }

  async #page(cursor: number, limit: number): Promise<FeedPage> {
    if (this.isAway) throw new StoreUnavailableError("the store is away");
    if (cursor > this.#commits.length) throw new FeedForgottenError("beyond the last commit", { keptFrom: 1 });
    if (cursor + 1 < this.keptFrom) throw new FeedForgottenError("forgotten", { keptFrom: this.keptFrom });
    const rows: SeriesRow[] = [];
    let end = cursor;
    while (end < this.#commits.length && rows.length < limit) rows.push(...(this.#commits[end++] ?? []));
    return { cursor: end, hasMore: end < this.#commits.length, readings: columnsOf(rows) };
  }
}
