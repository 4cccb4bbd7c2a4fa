import type { CommitRequest, SetAsideList } from "@nightflow/storage";
import type { SparkplugFigures } from "./sparkplug/figures.ts";

/** How long something took, in buckets: `counts[i]` of them took up to `boundsMs[i]`, the last one longer than all. */
export interface Histogram {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
}

/**
 * Counts since the start. `taken` is every reading of a batch that was new, and every payload set aside as a whole:
 * taken = stored + deadLetters + quarantined + conflicts + repeats.
 */
export interface IngestStats {
  readonly taken: number;
  readonly stored: number;
  /** Those of `stored` that are suspect. */
  readonly suspect: number;
  readonly repeats: number;
  readonly deadLetters: number;
  readonly quarantined: number;
  readonly conflicts: number;
  /** Batches that came again after they had been stored. */
  readonly repeatedBatches: number;
  /** Payloads set aside that came again; recorded once. */
  readonly repeatedFaults: number;
  /** Batches given back to their agents. */
  readonly refusedBatches: number;
  readonly commits: number;
  readonly failedCommits: number;
  /** Batches inside ingest now. */
  readonly pendingBatches: number;
  readonly pendingBytes: number;
  readonly commitMs: Histogram;
  readonly sparkplug: SparkplugFigures;
}

const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;
const SUSPECT = 1;
const LIST_COUNTERS = { dead_letter: "deadLetters", quarantine: "quarantined", conflict: "conflicts" } as const;

type Counter = Exclude<keyof IngestStats, "commitMs" | "pendingBatches" | "pendingBytes" | "sparkplug">;

/** Counts what ingest does. */
export class Metrics {
  readonly #counters: Record<Counter, number> = {
    taken: 0,
    stored: 0,
    suspect: 0,
    repeats: 0,
    deadLetters: 0,
    quarantined: 0,
    conflicts: 0,
    repeatedBatches: 0,
    repeatedFaults: 0,
    refusedBatches: 0,
    commits: 0,
    failedCommits: 0,
  };
  readonly #buckets: number[] = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  #sumMs = 0;
  #maxMs = 0;

  add(counter: Counter, by = 1): void {
    this.#counters[counter] += by;
  }

  committed(request: CommitRequest, tookMs: number): void {
    const { readings, setAside, repeats } = request;
    this.add("commits");
    this.add("stored", readings.length);
    this.add("repeats", repeats);
    this.add("taken", readings.length + setAside.length + repeats);
    for (const quality of readings.qualities) if (quality === SUSPECT) this.add("suspect");
    for (const { list } of setAside) this.add(counterOf(list));
    this.#observe(tookMs);
  }

  snapshot(pending: { readonly batches: number; readonly bytes: number }, sparkplug: SparkplugFigures): IngestStats {
    const commitMs = {
      boundsMs: BOUNDS_MS,
      counts: [...this.#buckets],
      count: this.#counters.commits,
      sumMs: this.#sumMs,
      maxMs: this.#maxMs,
    };
    return { ...this.#counters, pendingBatches: pending.batches, pendingBytes: pending.bytes, commitMs, sparkplug };
  }

  #observe(tookMs: number): void {
    const at = BOUNDS_MS.findIndex((bound) => tookMs <= bound);
    const bucket = at < 0 ? BOUNDS_MS.length : at;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#sumMs += tookMs;
    this.#maxMs = Math.max(this.#maxMs, tookMs);
  }
}

function counterOf(list: SetAsideList): Counter {
  return LIST_COUNTERS[list];
}
