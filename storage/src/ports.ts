import type { Quantity, Unit } from "@nightflow/domain";
import type { FeedConsumers } from "./feed-consumers-port.ts";
import type { SetAside, SetAsideLists, SetAsideSettlement } from "./set-aside-port.ts";

export type * from "./feed-consumers-port.ts";
export type * from "./set-aside-port.ts";

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
  /**
   * A number of each of `channels`, where the sender has them: a channel has the same number, and its name is the same
   * string, in all that one store object gives, or that one ingest commits. Small, so that whoever reads them may keep what it
   * knows of a channel in an array.
   */
  readonly channelKeys?: Int32Array;
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

/** One group commit: everything in it becomes durable together, or nothing does. */
export interface CommitRequest {
  readonly receivedAtMs: number;
  readonly batches: readonly BatchMark[];
  readonly readings: ReadingColumns;
  readonly setAside: readonly SetAside[];
  /** Readings left out because the very same value is stored already. */
  readonly repeats: number;
  /** Entries of the lists that this commit replays, and what became of them. */
  readonly settled?: readonly SetAsideSettlement[] | undefined;
  /** Readings of rejected channels: counted as quarantined, and not listed. */
  readonly unlisted?: number | undefined;
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

/** What a roll-up covers: the periods that begin in fromMs <= time < toMs, of some channels or of all that have readings. */
export interface RollUpRange {
  readonly channels: readonly string[] | "all";
  readonly fromMs: number;
  readonly toMs: number;
}

/** The columns of roll-ups beside channel and period. */
export const ROLL_UP_FIGURES = [
  "readings",
  "good",
  "missing",
  "firstAtMs",
  "lastAtMs",
  "firstCounts",
  "lastCounts",
  "firstGauges",
  "lastGauges",
  "minGauges",
  "maxGauges",
  "sumGauges",
] as const;

/** A column of roll-ups. */
export type RollUpFigure = (typeof ROLL_UP_FIGURES)[number];

/** A range of roll-ups, and which columns are wanted: the others come empty. All where left out; few are read much faster. */
export interface RollUpRequest extends RollUpRange {
  readonly figures?: readonly RollUpFigure[] | undefined;
}

/**
 * Roll-ups as columns, ordered by channel (as asked, else as the store numbers them) and time; a row for every period
 * with at least one reading. A value is a reading that is not missing. First and last are by the device's time; where a
 * period has no value, counts are 0n, gauges and instants NaN. The typed arrays can be transferred between threads.
 */
export interface RollUpColumns {
  readonly length: number;
  readonly channels: readonly string[];
  readonly channelNos: Int32Array;
  /** Bounds of the period, fromMs <= time < toMs. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** All readings, repeats never counted; those of quality good; those that are missing. */
  readonly readings: Uint32Array;
  readonly good: Uint32Array;
  readonly missing: Uint32Array;
  readonly firstAtMs: Float64Array;
  readonly lastAtMs: Float64Array;
  readonly firstCounts: BigInt64Array;
  readonly lastCounts: BigInt64Array;
  readonly firstGauges: Float64Array;
  readonly lastGauges: Float64Array;
  readonly minGauges: Float64Array;
  readonly maxGauges: Float64Array;
  readonly sumGauges: Float64Array;
}

/** Hours of the local day between which a night is quiet, for example 2 and 4. */
export interface NightWindow {
  readonly fromHour: number;
  readonly toHour: number;
}

/**
 * The least of each night as columns, ordered like RollUpColumns; a row for every channel and night with an interval of
 * a register or a value of a gauge. A register's interval runs between two values next to one another, both within
 * fromMs <= time <= toMs; one that goes backwards does not count. A gauge's value lies in fromMs <= time < toMs.
 */
export interface NightColumns {
  readonly length: number;
  readonly channels: readonly string[];
  readonly channelNos: Int32Array;
  /** The window of this night, in epoch ms. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** Smallest advance of an interval in counts per hour; NaN for gauges. */
  readonly minCountsPerHour: Float64Array;
  /** Smallest value of a gauge; NaN for registers. */
  readonly minGauges: Float64Array;
  /** How many intervals, or values of a gauge, it is the least of. */
  readonly samples: Uint32Array;
}

/** The last values of all channels as columns, one row each; the meaning of the columns as in LastValue. */
export interface LastValueColumns {
  readonly length: number;
  readonly channels: readonly string[];
  readonly readAtMs: Float64Array;
  /** 0n for gauges and missing readings. */
  readonly counts: BigInt64Array;
  /** NaN for registers and missing readings. */
  readonly gauges: Float64Array;
  readonly qualities: Uint8Array;
  readonly flags: Uint32Array;
  /** NaN when the channel never had a value. */
  readonly lastValueAtMs: Float64Array;
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
export interface ReadingStore extends SetAsideLists, FeedConsumers {
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
  /**
   * Resolves when a commit of many readings need not wait for what the store has yet to do with those before it; undefined
   * when none need wait now. A commit of few may be made meanwhile. Left out by a store that has nothing to do afterwards.
   */
  room?(): Promise<void> | undefined;
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

  /** Last values of every channel that has readings. */
  allLastValues(): Promise<LastValueColumns>;

  /** Roll-ups by UTC hour, for the hours that begin in the range. They show all that was stored before the call, late readings too. */
  hourly(request: RollUpRequest): Promise<RollUpColumns>;
  /** Roll-ups by local day of an IANA zone, for the days that begin in the range; a day has 23 to 25 hours. */
  daily(request: RollUpRequest, zone: string): Promise<RollUpColumns>;
  /** The least of every local night whose window begins in the range; by default from 2 to 4 o'clock. */
  nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns>;

  saveChannels(channels: readonly KnownChannel[]): Promise<void>;
  channels(): Promise<KnownChannel[]>;

  counts(): Promise<StoreCounts>;
  /** Figures of the store itself for operators, by a name in snake case that ends in its unit. */
  metrics(): Promise<Readonly<Record<string, number>>>;

  close(): Promise<void>;
}
