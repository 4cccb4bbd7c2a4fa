import { EMPTY_MARK, type Mark, markHolds, markWith } from "@nightflow/domain";
import {
  type BatchMark,
  type CommitRequest,
  checkShape,
  columnsFrom,
  type FeedPage,
  type InstantKey,
  type KnownChannel,
  type LastValue,
  lastValuesOf,
  MemorySetAside,
  type ReadingRow,
  rowsOf,
  type StoredMark,
  type StoredSetAside,
  type StoredValue,
  withoutRepeats,
} from "@nightflow/storage/pure";

/** What lies durable in a reading store. It changes in whole commits only, as the port's contract says. */
export class StoreContent {
  /** Rows of each commit; commit n is at n - 1. */
  readonly commits: (readonly ReadingRow[])[] = [];
  readonly lists = new MemorySetAside();
  channels: readonly KnownChannel[] = [];
  readonly #marks = new Map<string, StoredMark>();
  readonly #values = new Map<string, StoredValue>();
  readonly #last = new Map<string, LastValue>();

  marks(agents?: readonly string[]): StoredMark[] {
    return [...this.#marks.values()].filter(({ agent }) => agents?.includes(agent) ?? true);
  }

  /** What was set aside, oldest first. */
  get setAside(): readonly StoredSetAside[] {
    return this.lists.entries;
  }

  markOf(agent: string, epoch: string): Mark {
    return this.#marks.get(`${agent} ${epoch}`) ?? EMPTY_MARK;
  }

  holds({ agent, epoch, seq }: BatchMark): boolean {
    return markHolds(this.markOf(agent, epoch), seq);
  }

  newestReadAt(): Map<string, number> {
    return new Map(Array.from(this.#last.values(), ({ channel, readAtMs }) => [channel, readAtMs]));
  }

  valuesAt(keys: readonly InstantKey[]): (StoredValue | undefined)[] {
    return keys.map(({ channel, readAtMs }) => this.#values.get(`${channel} ${readAtMs}`));
  }

  lastValues(channels: readonly string[]): LastValue[] {
    return channels.flatMap((channel) => this.#last.get(channel) ?? []);
  }

  /** Repeats sorted out as the real stores do it. */
  async sorted(request: CommitRequest): Promise<CommitRequest> {
    checkShape(request.readings);
    return withoutRepeats(request, {
      newestReadAt: (channel) => this.#last.get(channel)?.readAtMs,
      valuesAt: async (keys) => this.valuesAt(keys),
    });
  }

  keepMarks(batches: readonly BatchMark[]): void {
    for (const { agent, epoch, seq } of batches) {
      const key = `${agent} ${epoch}`;
      const mark = markWith(this.markOf(agent, epoch), seq);
      this.#marks.delete(key);
      this.#marks.set(key, { agent, epoch, ...mark });
    }
  }

  /** Keeps readings and what is set aside; gives the commit's number. */
  keepReadings(request: CommitRequest): number {
    const { readings } = request;
    const rows = rowsOf(readings);
    for (const [channel, value] of lastValuesOf(readings, (id) => this.#last.get(id))) this.#last.set(channel, value);
    for (const row of rows) this.#keepValue(row);
    this.lists.keep(request);
    return this.commits.push(rows);
  }

  feedAfter(cursor: number, limit: number): FeedPage {
    const rows: ReadingRow[] = [];
    let at = cursor;
    while (at < this.commits.length && rows.length < limit) rows.push(...(this.commits[at++] ?? []));
    return { cursor: at, hasMore: at < this.commits.length, readings: columnsFrom(rows) };
  }

  #keepValue({ channel, readAtMs, quality, counts, gauge }: ReadingRow): void {
    const key = `${channel} ${readAtMs}`;
    const there = this.#values.get(key);
    if (there === undefined || there.quality === 2) this.#values.set(key, { quality, counts, gauge });
  }
}
