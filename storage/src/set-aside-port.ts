import type { Origin } from "@nightflow/domain";

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

/**
 * What became of an entry: replayed and then `stored`, a `repeat` of what is stored, or on a list again (as a new entry,
 * or as itself where nothing changed); `discarded`; its channel `rejected`; of a conflict, the first value kept.
 */
export type SetAsideOutcome =
  | "stored"
  | "repeat"
  | "dead_letter"
  | "quarantine"
  | "conflict"
  | "discarded"
  | "rejected"
  | "kept_first";

export interface StoredSetAside extends SetAside {
  readonly id: number;
  readonly receivedAtMs: number;
  /** Null while it waits for a decision. */
  readonly outcome: SetAsideOutcome | null;
  readonly settledAtMs: number | null;
  /** Id of the decision that settled it. */
  readonly decision: string | null;
}

/** What became of one entry, made durable with the commit that did it. */
export interface SetAsideSettlement {
  readonly id: number;
  readonly outcome: SetAsideOutcome;
  readonly decision: string;
}

/** Which entries; all conditions hold together. */
export interface SetAsideFilter {
  readonly list: SetAsideList;
  /** `open` waits for a decision, `settled` has one; or one outcome. Left out: all. */
  readonly state?: "open" | "settled" | SetAsideOutcome | undefined;
  readonly reasonCode?: string | undefined;
  readonly agent?: string | undefined;
  readonly channel?: string | undefined;
  /** Received at fromMs <= time < toMs. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly ids?: readonly number[] | undefined;
  /** Nothing that was set aside after this entry. */
  readonly upToId?: number | undefined;
  /** Settled by this decision. */
  readonly decision?: string | undefined;
}

/** Which part of the entries found. */
export interface SetAsidePageRequest {
  readonly limit: number;
  /** Newest first: entries before this one. */
  readonly beforeId?: number | undefined;
  /** By the device's time, earliest first, in place of newest first: the order to replay in. */
  readonly byReadTime?: boolean | undefined;
}

/** How many entries have one reason. */
export interface SetAsideReasonCount {
  readonly reasonCode: string;
  readonly count: number;
}

/** The entries of one channel taken together. */
export interface SetAsideGroup {
  readonly channel: string;
  readonly count: number;
  readonly firstReceivedAtMs: number;
  readonly lastReceivedAtMs: number;
  readonly firstReadAtMs: number | null;
  readonly lastReadAtMs: number | null;
  /** Who sent them, at most five. */
  readonly agents: readonly string[];
  /** What came last, newest first, at most five. */
  readonly samples: readonly string[];
  readonly lastId: number;
}

/** The lists of what was set aside, as a part of the reading store. */
export interface SetAsideLists {
  /** Newest first, whatever became of them; `beforeId` continues a page. */
  setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]>;
  /** Entries that a filter finds. */
  findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]>;
  /** How many entries a filter finds, by reason, most first. */
  countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]>;
  /** The entries that a filter finds, by channel; those heard of last first. Entries without a channel are left out. */
  groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]>;
  /**
   * Gives every entry that a filter finds this outcome, or with `null` opens it again. Gives how many changed. Entries
   * that a replay settles are settled by its commit, not by this.
   */
  settleSetAside(
    filter: SetAsideFilter,
    settled: {
      readonly outcome: SetAsideOutcome | null;
      readonly decision: string;
      readonly atMs: number;
    },
  ): Promise<number>;
}
