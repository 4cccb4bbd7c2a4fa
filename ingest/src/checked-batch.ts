import type { BatchMark, KnownChannel, SetAside } from "@nightflow/storage";
import type { PackedRows } from "./packed-rows.ts";

/** A reading that can be stored. `counts` is 0n and `gauge` NaN where the reading has no such value. */
export interface Row {
  readonly channel: KnownChannel;
  readonly isRegister: boolean;
  readonly readAtMs: number;
  readonly quality: number;
  readonly counts: bigint;
  readonly gauge: number;
  readonly flags: number;
  /** 0 live, 1 import. */
  readonly origin: number;
}

/** Entries of the lists that a batch replays. */
export interface Replayed {
  readonly decision: string;
  /** The entry that each row, or each row set aside again, was before. */
  readonly entryOf: ReadonlyMap<Row | SetAside, number>;
}

/** A payload whose readings have been looked at one by one: storable rows, and what is set aside. */
export interface CheckedBatch {
  /** `site/agent`. */
  readonly agent: string;
  /** What the commit makes durable; null where the payload does not tell. */
  readonly mark: BatchMark | null;
  /** None where there is `packed`. */
  readonly rows: readonly Row[];
  /** The storable readings as columns: of batches in which nothing is out of the ordinary. */
  readonly packed?: PackedRows;
  readonly setAside: readonly SetAside[];
  /** True when the payload as a whole went to the dead letter. */
  readonly isBroken: boolean;
  /** Readings of rejected channels: counted, not listed. */
  readonly unlisted?: number;
  /** What this batch replays. */
  readonly replay?: Replayed;
}
