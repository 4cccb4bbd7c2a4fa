import type { Clock, ClockAnchor } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  RollUpRequest,
} from "../../ports.ts";
import type { CheckpointPolicy } from "./checkpoints.ts";
import type { CompactionOptions, CompactionReport } from "./compaction.ts";
import type { JournalEntry } from "./journal/journal-record.ts";
import type { RetentionReport, RetentionRule } from "./retention.ts";
import type { HeldStore } from "./still-file.ts";
import type { StoreState } from "./store-state.ts";
import type { UpkeepPolicy } from "./upkeep.ts";

/** What the embedded store needs. */
export interface DuckDbStoreOptions {
  /** The store file; created when there is none. */
  readonly path: string;
  /** Memory DuckDB may use, for example `512MB`. */
  readonly memoryLimit?: string;
  /** Threads DuckDB may use beside this one; 1 keeps storing fast during long queries. */
  readonly threads?: number;
  /** Most that may be set down beside the file when memory is short, for example `10GB`. */
  readonly maxTempSize?: string;
  readonly checkpoint?: Partial<CheckpointPolicy>;
  readonly upkeep?: Partial<UpkeepPolicy>;
  /** Stamps the file's migrations. */
  readonly clock?: Clock;
  /**
   * Gives the file a thread of its own, so that nothing it does holds up this one; `clock` is then told by its anchor,
   * null for the machine's.
   */
  readonly thread?: { readonly anchor: ClockAnchor | null };
  readonly logger: Logger;
}

/** The embedded store: the port, and what only a file of our own needs. */
export interface DuckDbReadingStore extends ReadingStore {
  /** Sorts by channel and time what every consumer of the feed has passed; see docs/store.md. */
  compact(options?: CompactionOptions): Promise<CompactionReport>;
  /** Deletes what is older than these rules keep it. */
  retain(rules: readonly RetentionRule[]): Promise<RetentionReport>;
  /** Brings the kept roll-ups up to the last commit; gives how many hours were rolled up. Reads never need it. */
  refreshRollUps(): Promise<number>;
  /** `hourly` from the readings themselves, to check what is kept. */
  hourlyFromReadings(request: RollUpRequest): Promise<RollUpColumns>;
  /** `nightMinimum` from the readings themselves, to check what is kept. */
  nightMinimumFromReadings(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns>;
  /**
   * Runs `work` while upkeep and checkpoints stand still: nothing leaves the feed, and once `work` has asked for it the file
   * can be copied by another process. Commits and queries go on; the log grows meanwhile.
   */
  whileHeld<Result>(work: (held: HeldStore) => Promise<Result>): Promise<Result>;
  /** The installation that the store belongs to; a store that belongs to none yet becomes `claimant`'s. */
  installation(claimant: string): Promise<string>;
}

/** The store file without its journal: it takes commits that are durable already, some time later and many at once. */
export interface StoreFilePort extends Omit<DuckDbReadingStore, "commit" | "kind" | "room"> {
  /** What the file holds of numbers, marks, last values and counts, to go on from. */
  branch(): Promise<StoreState>;
  /** Calls `listener` with the last commit that the file holds without its log, after each checkpoint. One listener. */
  onCheckpoint(listener: (no: number) => void): void;
  /**
   * Takes commits in one transaction, in order, right behind the last one it has. `journalBytes` lie in the journal until
   * the next checkpoint.
   */
  apply(entries: readonly JournalEntry[], journalBytes: number): Promise<void>;
}
