import { describeError } from "@nightflow/domain";
import { SerialQueue } from "../serial-queue.ts";
import { type CompactionOptions, type CompactionReport, compact } from "./compaction.ts";
import { type RetentionReport, type RetentionRule, retain } from "./retention.ts";
import { ROLL_UP_READINGS, refreshRollUps } from "./roll-up-refresh.ts";
import { ROUND_ROWS, sealTail } from "./segment-list.ts";
import type { UpkeepPlace } from "./upkeep-place.ts";

/** When the store file is looked after. */
export interface UpkeepPolicy {
  /** Hour of the UTC day in which readings are compacted and retention runs; null leaves it to the count alone. */
  readonly compactAtHour: number | null;
  /** Compacts as soon as so many readings lie unsorted. */
  readonly compactAfterReadings: number;
  /** Rolls up once so many readings have come since; every minute in any case. */
  readonly rollUpAfterReadings: number;
  /** Readings in one table of unsorted ones, and hours in one of unsorted roll-ups: what one round of compaction takes. */
  readonly roundRows: number;
  /** Readings whose hours are rolled up in one transaction. */
  readonly pieceReadings: number;
  readonly retention: readonly RetentionRule[];
}

/** Upkeep as the store does it unless told otherwise. */
export const DEFAULT_UPKEEP: UpkeepPolicy = {
  compactAtHour: 18,
  compactAfterReadings: 20_000_000,
  rollUpAfterReadings: 500_000,
  roundRows: ROUND_ROWS,
  pieceReadings: ROLL_UP_READINGS,
  retention: [],
};

const LOOK_EVERY_MS = 60_000;
/** A transaction so full says that more waits behind it, */
const RUSH_READINGS = 150_000;
/** so long, */
const RUSH_MS = 60_000;
/** and upkeep lets it pass, up to so many readings. */
const POSTPONED_READINGS = 100_000_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Runs roll-ups, compaction and retention one after the other, when they are due or asked for. */
export class Upkeep {
  readonly #queue = new SerialQueue();
  readonly #place: UpkeepPlace;
  readonly #policy: UpkeepPolicy;
  readonly #look: NodeJS.Timeout;
  #rushUntilMs = 0;
  #isRefreshAsked = false;
  #isRoutineAsked = false;
  #isSealAsked = false;
  #doneDay: number;
  #readingsAtRollUp: number;
  #readingsAtCompaction = 0;

  constructor(place: UpkeepPlace, policy: UpkeepPolicy) {
    this.#place = place;
    this.#policy = policy;
    this.#readingsAtRollUp = place.state().counts.stored;
    this.#readingsAtCompaction = place
      .state()
      .segments.all.reduce((sum, { kind, rows }) => sum + (kind === "sorted" ? rows : 0), 0);
    this.#doneDay = this.#today();
    this.#look = setInterval(() => this.#lookAfter(), LOOK_EVERY_MS);
    this.#look.unref();
  }

  /** Readings that lie unsorted, about. */
  get backlog(): number {
    return Math.max(0, this.#place.state().counts.stored - this.#readingsAtCompaction);
  }

  /** To be called after every transaction of so many readings. */
  afterCommit(readings = 0): void {
    if (readings >= RUSH_READINGS) this.#rushUntilMs = performance.now() + RUSH_MS;
    const { counts, openReadings } = this.#place.state();
    const { stored } = counts;
    const { rollUpAfterReadings, compactAfterReadings, roundRows } = this.#policy;
    if (openReadings >= roundRows) this.#sealSoon();
    if (stored - this.#readingsAtRollUp >= this.#postponed(rollUpAfterReadings)) this.#refreshSoon();
    if (this.backlog >= this.#postponed(compactAfterReadings)) this.#routineSoon();
  }

  // While agents catch up, what nobody waits for leaves them the processors.
  #postponed(readings: number): number {
    return this.#isRush ? Math.max(readings, POSTPONED_READINGS) : readings;
  }

  get #isRush(): boolean {
    return performance.now() < this.#rushUntilMs;
  }

  /** Ends at the next piece. */
  stop(): void {
    clearInterval(this.#look);
  }

  refresh(): Promise<number> {
    this.#readingsAtRollUp = this.#place.state().counts.stored;
    return this.#queue.run(() => refreshRollUps(this.#place, this.#policy));
  }

  compact(options?: CompactionOptions): Promise<CompactionReport> {
    return this.#queue.run(async () => {
      const { stored } = this.#place.state().counts;
      const { roundRows, pieceReadings } = this.#policy;
      const report = await compact(this.#place, { roundRows, pieceReadings, ...options });
      if (report.moved > 0) this.#readingsAtCompaction = stored;
      return report;
    });
  }

  retain(rules: readonly RetentionRule[]): Promise<RetentionReport> {
    return this.#queue.run(() => retain(this.#place, rules));
  }

  #lookAfter(): void {
    const state = this.#place.state();
    if (state.rolledUpTo < state.counts.lastCommit && !this.#isRush) this.#refreshSoon();
    const today = this.#today();
    if (today <= this.#doneDay) return;
    this.#doneDay = today;
    this.#routineSoon();
  }

  #sealSoon(): void {
    if (this.#isSealAsked) return;
    this.#isSealAsked = true;
    void this.#try("a new table for commits", () => sealTail(this.#place, this.#policy.roundRows)).finally(() => {
      this.#isSealAsked = false;
    });
  }

  #refreshSoon(): void {
    if (this.#isRefreshAsked) return;
    this.#isRefreshAsked = true;
    void this.#try("roll-ups", () => this.refresh()).finally(() => {
      this.#isRefreshAsked = false;
    });
  }

  #routineSoon(): void {
    if (this.#isRoutineAsked) return;
    this.#isRoutineAsked = true;
    void this.#try("compaction", async () => {
      await this.compact();
      if (this.#policy.retention.length > 0) await this.retain(this.#policy.retention);
    }).finally(() => {
      this.#isRoutineAsked = false;
    });
  }

  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#place.isStopping)
        this.#place.logger.warn({ what, error: describeError(error) }, "upkeep failed and is tried again later");
    }
  }

  // Days change at the hour of compaction, so that one that was missed while the program stood still is made up for.
  #today(): number {
    const { compactAtHour } = this.#policy;
    if (compactAtHour === null) return 0;
    return Math.floor((this.#place.clock.now() - compactAtHour * HOUR_MS) / DAY_MS);
  }
}
