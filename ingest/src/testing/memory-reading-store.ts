import { markWith, QUALITY_CODES, StoreUnavailableError } from "@nightflow/domain";
import type {
  CommitRequest,
  Curve,
  FeedConsumer,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  ReadingColumns,
  ReadingStore,
  RollUpColumns,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsideReasonCount,
  StoreCounts,
  StoredMark,
  StoredSetAside,
  StoredValue,
} from "@nightflow/storage";
import { lastValueColumns, MemorySetAside, refuseStored } from "@nightflow/storage/pure";

/** One stored reading, as a test looks at it. */
export interface MemoryReading {
  readonly channel: string;
  readonly readAtMs: number;
  readonly quality: number;
  readonly counts: bigint | null;
  readonly gauge: number | null;
  readonly flags: number;
}

/** What becomes of one commit: done, refused, or done although its caller hears an error. */
export type CommitFate = "done" | { readonly refuse: Error } | { readonly doneButSay: Error };

/**
 * A reading store in memory, for unit tests of ingest only. A test decides the fate of each commit, and may take the
 * store away altogether.
 */
export class MemoryReadingStore implements ReadingStore {
  kind: "duckdb" | "influxdb" = "duckdb";
  readonly readings: MemoryReading[] = [];
  readonly commits: CommitRequest[] = [];
  isAway = false;
  /** Called before a commit is done; may wait. */
  fateOf: (request: CommitRequest) => CommitFate | Promise<CommitFate> = () => "done";
  readonly lists = new MemorySetAside();
  readonly #marks = new Map<string, StoredMark>();
  #channels: readonly KnownChannel[] = [];
  #repeats = 0;
  #unlisted = 0;

  async marks(agents?: readonly string[]): Promise<StoredMark[]> {
    this.#reach();
    return [...this.#marks.values()].filter(({ agent }) => agents?.includes(agent) ?? true);
  }

  async newestReadAt(): Promise<Map<string, number>> {
    this.#reach();
    const newest = new Map<string, number>();
    for (const { channel, readAtMs } of this.readings)
      newest.set(channel, Math.max(newest.get(channel) ?? Number.NEGATIVE_INFINITY, readAtMs));
    return newest;
  }

  async commit(request: CommitRequest): Promise<number> {
    this.#reach();
    refuseStored(request.batches, (agent, epoch) => this.#marks.get(`${agent} ${epoch}`));
    const fate = await this.fateOf(request);
    if (fate !== "done" && "refuse" in fate) throw fate.refuse;
    this.#keep(request);
    if (fate !== "done") throw fate.doneButSay;
    return this.commits.length;
  }

  async valuesAt(
    keys: readonly { readonly channel: string; readonly readAtMs: number }[],
  ): Promise<(StoredValue | undefined)[]> {
    this.#reach();
    return keys.map(({ channel, readAtMs }) => this.#valueAt(channel, readAtMs));
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    this.#reach();
    return channels.flatMap((channel) => this.#lastValue(channel) ?? []);
  }

  async saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    this.#reach();
    this.#channels = channels;
  }

  async channels(): Promise<KnownChannel[]> {
    this.#reach();
    return [...this.#channels];
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
    const inList = (list: SetAsideList) => this.lists.entries.filter((row) => row.list === list).length;
    return {
      stored: this.readings.length,
      deadLetters: inList("dead_letter"),
      quarantined: inList("quarantine") + this.#unlisted,
      conflicts: inList("conflict"),
      repeats: this.#repeats,
      lastCommit: this.commits.length,
    };
  }

  async changesSince(): Promise<FeedPage> {
    throw new Error("ingest reads no feed");
  }

  async saveCursor(): Promise<void> {}

  async feedConsumers(): Promise<FeedConsumer[]> {
    return [];
  }

  async forgetConsumer(): Promise<boolean> {
    return false;
  }

  async curve(): Promise<Curve> {
    throw new Error("ingest reads no curve");
  }

  async allLastValues(): Promise<LastValueColumns> {
    this.#reach();
    const channels = [...new Set(this.readings.map(({ channel }) => channel))];
    return lastValueColumns(channels.flatMap((channel) => this.#lastValue(channel) ?? []));
  }

  async hourly(): Promise<RollUpColumns> {
    throw new Error("ingest reads no roll-ups");
  }

  async daily(): Promise<RollUpColumns> {
    throw new Error("ingest reads no roll-ups");
  }

  async nightMinimum(): Promise<NightColumns> {
    throw new Error("ingest reads no roll-ups");
  }

  async metrics(): Promise<Record<string, number>> {
    return {};
  }

  async close(): Promise<void> {}

  #reach(): void {
    if (this.isAway) throw new StoreUnavailableError("the store is away");
  }

  #keep(request: CommitRequest): void {
    this.commits.push(request);
    this.readings.push(...readingsOf(request.readings));
    this.#repeats += request.repeats;
    for (const { agent, epoch, seq } of request.batches) {
      const key = `${agent} ${epoch}`;
      const mark = markWith(this.#marks.get(key) ?? { seq: 0, above: [] }, seq);
      this.#marks.set(key, { agent, epoch, ...mark });
    }
    this.lists.keep(request);
    this.#unlisted += request.unlisted ?? 0;
  }

  #valueAt(channel: string, readAtMs: number): StoredValue | undefined {
    const here = this.readings.filter((reading) => reading.channel === channel && reading.readAtMs === readAtMs);
    return here.find((reading) => reading.quality !== QUALITY_CODES.missing) ?? here[0];
  }

  #lastValue(channel: string): LastValue | undefined {
    const own = this.readings.filter((reading) => reading.channel === channel);
    own.sort((a, b) => a.readAtMs - b.readAtMs);
    const last = own.at(-1);
    const lastValue = own.findLast((reading) => reading.quality !== QUALITY_CODES.missing);
    return last === undefined ? undefined : { ...last, lastValueAtMs: lastValue?.readAtMs ?? null };
  }
}

function readingsOf(columns: ReadingColumns): MemoryReading[] {
  return Array.from({ length: columns.length }, (_, i) => {
    const quality = columns.qualities[i] ?? 0;
    const isRegister = columns.isRegister[i] === 1;
    const hasValue = quality !== QUALITY_CODES.missing;
    return {
      channel: columns.channels[columns.channelNos[i] ?? -1] ?? "",
      readAtMs: columns.readAtMs[i] ?? Number.NaN,
      quality,
      counts: hasValue && isRegister ? (columns.counts[i] ?? null) : null,
      gauge: hasValue && !isRegister ? (columns.gauges[i] ?? null) : null,
      flags: columns.flags[i] ?? 0,
    };
  });
}
