import type { Origin, Quantity, Unit } from "@nightflow/domain";

/**
 * A channel that the platform knows, as ingest needs it. The store keeps a copy of the registry in its own file, so that
 * collection goes on while PostgreSQL is away.
 */
export interface KnownChannel {
  readonly id: string;
  readonly meter: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** Size of one count in `unit`; null for gauges. */
  readonly resolution: number | null;
  /** Counts at which the register rolls over to zero; null when unknown. */
  readonly capacityCounts: number | null;
  /** Highest plausible advance (Q4) in counts per hour; null when unknown. */
  readonly maxCountsPerHour: number | null;
}

/**
 * Readings as columns; `length` rows. Registers hold their value in `counts`, gauges in `gauges`; the other column is 0n
 * or NaN in that row, as both are where `qualities` says missing (2). The typed arrays can be transferred between threads.
 */
export interface ReadingColumns {
  readonly length: number;
  /** The channels of this set of rows; `channelNos` points into it. */
  readonly channels: readonly string[];
  readonly channelNos: Int32Array;
  readonly readAtMs: Float64Array;
  readonly counts: BigInt64Array;
  readonly gauges: Float64Array;
  /** 1 where the row is a register's, 0 where a gauge's. */
  readonly isRegister: Uint8Array;
  readonly qualities: Uint8Array;
  readonly flags: Uint32Array;
  /** 0 live, 1 import. */
  readonly origins: Uint8Array;
}

/** One batch that a commit makes durable. */
export interface BatchMark {
  /** `site/agent`. */
  readonly agent: string;
  readonly epoch: string;
  readonly seq: number;
}

/** What of an agent's epoch is stored. */
export interface StoredMark {
  readonly agent: string;
  readonly epoch: string;
  readonly seq: number;
  readonly above: readonly number[];
}

/** Where readings go that are not stored: unstorable, of an unknown channel, or a second value for one instant. */
export type SetAsideList = "dead_letter" | "quarantine" | "conflict";

/** One reading (or payload) set aside, with the reason in words for an operator. */
export interface SetAside {
  readonly list: SetAsideList;
  readonly agent: string;
  readonly epoch: string | null;
  readonly seq: number | null;
  readonly origin: Origin;
  readonly channel: string | null;
  readonly readAtMs: number | null;
  /** The reading or payload as it came, at most 4,000 characters of JSON or text. */
  readonly raw: string;
  /** Stable code, for example `TIME_OUT_OF_RANGE`, `UNKNOWN_CHANNEL`, `SECOND_VALUE`, `NOT_A_BATCH`. */
  readonly reasonCode: string;
  readonly reason: string;
}

export interface StoredSetAside extends SetAside {
  readonly id: number;
  readonly receivedAtMs: number;
}

/** One group commit: everything in it becomes durable together, or nothing does. */
export interface CommitRequest {
  readonly receivedAtMs: number;
  readonly batches: readonly BatchMark[];
  readonly readings: ReadingColumns;
  readonly setAside: readonly SetAside[];
  /** Readings left out because the very same value is stored already. */
  readonly repeats: number;
}

/** A stored value at one instant of a channel. */
export interface StoredValue {
  readonly quality: number;
  /** Counts of a register; null for gauges and missing readings. */
  readonly counts: bigint | null;
  readonly gauge: number | null;
}

/** A page of the feed: whole commits, in order, `readings` in the order in which they were committed. */
export interface FeedPage {
  /** Number of the last commit in the page; the cursor to ask with next. Equal to the cursor asked with when there is nothing new. */
  readonly cursor: number;
  /** True when more commits lie behind this page. */
  readonly hasMore: boolean;
  readonly readings: ReadingColumns;
}

/** The curve of one channel, ascending by time. `values` are in the channel's unit, NaN where missing. */
export interface Curve {
  readonly channel: string;
  readonly length: number;
  readonly readAtMs: Float64Array;
  /** Register counts; 0n for gauges and missing rows. */
  readonly counts: BigInt64Array;
  readonly gauges: Float64Array;
  readonly qualities: Uint8Array;
  readonly flags: Uint32Array;
}

/** The newest reading and the newest good reading of a channel. */
export interface LastValue {
  readonly channel: string;
  readonly readAtMs: number;
  readonly quality: number;
  readonly counts: bigint | null;
  readonly gauge: number | null;
  readonly flags: number;
  /** Time of the newest reading that is not missing; null when there is none. */
  readonly lastValueAtMs: number | null;
}

/** How much the store holds; taken = stored + deadLetters + quarantined + conflicts, repeats aside. */
export interface StoreCounts {
  readonly stored: number;
  readonly deadLetters: number;
  readonly quarantined: number;
  readonly conflicts: number;
  readonly repeats: number;
  readonly lastCommit: number;
}

/**
 * The time-series store. One thread owns it; others hold the same port by message.
 * Every method rejects with StoreUnavailableError when the store cannot be reached; the caller may try again.
 */
export interface ReadingStore {
  readonly kind: "duckdb" | "influxdb";

  /** Marks of some agents (`site/agent`), or of all, in every epoch; those stored last at the end. */
  marks(agents?: readonly string[]): Promise<StoredMark[]>;
  /** Newest read time of every channel, in epoch ms, for ingest's start. */
  newestReadAt(): Promise<Map<string, number>>;

  /**
   * Makes a commit durable and gives its number. Numbers rise and become visible in order. Resolves only when stored for good.
   *
   * @throws {BatchStoredError} when a batch of it is stored already; nothing of the commit is kept.
   */
  commit(request: CommitRequest): Promise<number>;
  /** What is stored at exact instants, in the order asked; undefined where nothing is. */
  valuesAt(
    keys: readonly { readonly channel: string; readonly readAtMs: number }[],
  ): Promise<(StoredValue | undefined)[]>;

  /**
   * Commits after `cursor` (0 = from the start), whole, until at least `limit` readings are gathered or none are left.
   *
   * @throws {FeedForgottenError} when commits behind the cursor are gone, or it lies beyond the last commit.
   */
  changesSince(cursor: number, limit: number): Promise<FeedPage>;
  /** Tells how far a named consumer has read; the store may forget feed data that every consumer has passed. */
  saveCursor(consumer: string, cursor: number): Promise<void>;

  /** Readings of one channel with fromMs <= time < toMs, repeats never shown. */
  curve(channel: string, fromMs: number, toMs: number): Promise<Curve>;
  lastValues(channels: readonly string[]): Promise<LastValue[]>;

  saveChannels(channels: readonly KnownChannel[]): Promise<void>;
  channels(): Promise<KnownChannel[]>;

  /** Newest first; `beforeId` continues a page. */
  setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]>;
  counts(): Promise<StoreCounts>;

  close(): Promise<void>;
}
