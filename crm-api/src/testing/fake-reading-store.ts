import type {
  CommitRequest,
  Curve,
  FeedConsumer,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  SetAside,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsideReasonCount,
  StoreCounts,
  StoredSetAside,
  StoredValue,
} from "@nightflow/storage";
import {
  columnsFrom,
  dailyByCurve,
  hourlyByCurve,
  lastValueColumns,
  MemorySetAside,
  nightMinimumByCurve,
} from "@nightflow/storage/pure";

interface FakeReading {
  readonly readAtMs: number;
  readonly counts: bigint;
  readonly quality: number;
}

/** A store of readings in memory, for tests of the API: registers only, read and listed as the real one does. */
export class FakeReadingStore implements ReadingStore {
  readonly kind = "duckdb";
  readonly #registers = new Map<string, FakeReading[]>();
  readonly lists = new MemorySetAside();
  /** How often a curve was asked for. */
  curvesRead = 0;

  /** Adds a reading of a register; `counts` null is a missing one. Add them in the order of time. */
  add(channel: string, readAtMs: number, counts: number | null): void {
    const readings = this.#registers.get(channel) ?? [];
    readings.push({ readAtMs, counts: BigInt(counts ?? 0), quality: counts === null ? 2 : 0 });
    this.#registers.set(channel, readings);
  }

  /** Adds readings every `periodMs` in [fromMs, toMs] of a register that advances by `countsOf(readAtMs)` in each period. */
  fill(
    channel: string,
    span: { fromMs: number; toMs: number; periodMs: number },
    countsOf: (atMs: number) => number,
  ): void {
    let counts = 1_000_000;
    for (let atMs = span.fromMs; atMs <= span.toMs; atMs += span.periodMs) {
      this.add(channel, atMs, counts);
      counts += countsOf(atMs);
    }
  }

  /** Adds an entry of a list. */
  put(entry: Pick<SetAside, "list" | "channel"> & Partial<SetAside>): void {
    const made = {
      agent: "town/a1",
      epoch: null,
      seq: null,
      origin: "live" as const,
      readAtMs: null,
      raw: "[]",
      reasonCode: "UNKNOWN_CHANNEL",
      reason: "the channel is not known",
      ...entry,
    } satisfies SetAside;
    this.lists.keep({ receivedAtMs: 0, batches: [], readings: columnsFrom([]), setAside: [made], repeats: 0 });
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    this.curvesRead++;
    const readings = this.#registers.get(channel) ?? [];
    const rows = readings.filter((reading) => reading.readAtMs >= fromMs && reading.readAtMs < toMs);
    return {
      channel,
      length: rows.length,
      readAtMs: Float64Array.from(rows, (row) => row.readAtMs),
      counts: BigInt64Array.from(rows, (row) => row.counts),
      gauges: new Float64Array(rows.length).fill(Number.NaN),
      qualities: Uint8Array.from(rows, (row) => row.quality),
      flags: new Uint32Array(rows.length),
    };
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    return channels.flatMap((channel) => {
      const readings = this.#registers.get(channel) ?? [];
      const last = readings.at(-1);
      if (last === undefined) return [];
      const lastGood = readings.findLast((reading) => reading.quality === 0);
      const counts = last.quality === 2 ? null : last.counts;
      const { readAtMs, quality } = last;
      return [{ channel, readAtMs, quality, counts, gauge: null, flags: 0, lastValueAtMs: lastGood?.readAtMs ?? null }];
    });
  }

  async allLastValues(): Promise<LastValueColumns> {
    return lastValueColumns(await this.lastValues([...this.#registers.keys()]));
  }

  async hourly(range: RollUpRange): Promise<RollUpColumns> {
    return await hourlyByCurve(this, range);
  }

  async daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    return await dailyByCurve(this, range, zone);
  }

  async nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    return await nightMinimumByCurve(this, range, zone, window);
  }

  async metrics(): Promise<Record<string, number>> {
    return {};
  }

  setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return this.lists.setAside(list, limit, beforeId);
  }

  findSetAside(...[filter, page]: Parameters<ReadingStore["findSetAside"]>): Promise<StoredSetAside[]> {
    return this.lists.findSetAside(filter, page);
  }

  countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    return this.lists.countSetAside(filter);
  }

  groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    return this.lists.groupSetAside(filter, limit);
  }

  settleSetAside(...[filter, settled]: Parameters<ReadingStore["settleSetAside"]>): Promise<number> {
    return this.lists.settleSetAside(filter, settled);
  }

  async counts(): Promise<StoreCounts> {
    const count = (list: SetAsideList) => this.lists.entries.filter((entry) => entry.list === list).length;
    const stored = [...this.#registers.values()].reduce((sum, readings) => sum + readings.length, 0);
    const [deadLetters, quarantined, conflicts] = [count("dead_letter"), count("quarantine"), count("conflict")];
    return { stored, deadLetters, quarantined, conflicts, repeats: 0, lastCommit: 0 };
  }

  async marks(): Promise<[]> {
    return [];
  }

  async newestReadAt(): Promise<Map<string, number>> {
    return new Map([...this.#registers].map(([channel, readings]) => [channel, readings.at(-1)?.readAtMs ?? 0]));
  }

  async valuesAt(keys: Parameters<ReadingStore["valuesAt"]>[0]): Promise<(StoredValue | undefined)[]> {
    return keys.map(({ channel, readAtMs }) => {
      const reading = this.#registers.get(channel)?.find((one) => one.readAtMs === readAtMs);
      return (
        reading && { counts: reading.quality === 2 ? null : reading.counts, gauge: null, quality: reading.quality }
      );
    });
  }

  async commit(_request: CommitRequest): Promise<number> {
    throw new Error("the API never writes readings");
  }

  async changesSince(): Promise<FeedPage> {
    throw new Error("the API never reads the feed");
  }

  async saveCursor(): Promise<void> {
    throw new Error("the API never reads the feed");
  }

  readonly consumers: FeedConsumer[] = [];

  async feedConsumers(): Promise<FeedConsumer[]> {
    return [...this.consumers];
  }

  async forgetConsumer(name: string): Promise<boolean> {
    const at = this.consumers.findIndex((consumer) => consumer.name === name);
    if (at >= 0) this.consumers.splice(at, 1);
    return at >= 0;
  }

  async saveChannels(_channels: readonly KnownChannel[]): Promise<void> {
    throw new Error("the API never writes channels");
  }

  async channels(): Promise<KnownChannel[]> {
    return [];
  }

  async close(): Promise<void> {}
}
