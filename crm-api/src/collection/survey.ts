import { type Clock, realClock } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import { MAIN_CHANNEL } from "../meters/points.ts";

const DAY_MS = 86_400_000;
const MISSING = 2;
const AT_ONCE = 4;

/** How many readings of one meter's main register came in the last day, and how many should have. */
export interface MeterCoverage {
  readonly expected: number;
  readonly got: number;
}

/** The coverage of every meter in [fromMs, atMs). */
export interface Survey {
  readonly atMs: number;
  readonly fromMs: number;
  readonly coverage: ReadonlyMap<string, MeterCoverage>;
}

interface SurveyedMeter {
  id: string;
  channel_id: string;
  period_s: number;
}

/** Counts what came in the last day of business time, for the whole platform at once, and keeps the answer for a while. */
export class CollectionSurvey {
  readonly #sql: Sql;
  readonly #store: ReadingStore;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  #current: Promise<Survey> | undefined;
  #takenAtMs = 0;

  constructor(deps: {
    readonly sql: Sql;
    readonly store: ReadingStore;
    readonly clock: Clock;
    readonly maxAgeMs: number;
  }) {
    this.#sql = deps.sql;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#maxAgeMs = deps.maxAgeMs;
  }

  /** A survey that is at most `maxAgeMs` of real time old; those who ask together share one. */
  current(): Promise<Survey> {
    const nowMs = realClock.now();
    if (this.#current !== undefined && nowMs - this.#takenAtMs < this.#maxAgeMs) return this.#current;
    this.#takenAtMs = nowMs;
    const survey = this.#take();
    this.#current = survey;
    survey.catch(() => {
      if (this.#current === survey) this.#current = undefined;
    });
    return survey;
  }

  async #take(): Promise<Survey> {
    const atMs = this.#clock.now();
    const fromMs = atMs - DAY_MS;
    const { rows } = await this.#sql.query<SurveyedMeter>(
      `select m.id, main.id as channel_id, m.period_s from meter m ${MAIN_CHANNEL} where main.id is not null order by m.id`,
    );
    const coverage = new Map<string, MeterCoverage>();
    const queue = rows.values();
    const work = async () => {
      for (const meter of queue) coverage.set(meter.id, await this.#cover(meter, fromMs, atMs));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { atMs, fromMs, coverage };
  }

  async #cover(meter: SurveyedMeter, fromMs: number, toMs: number): Promise<MeterCoverage> {
    const periodMs = meter.period_s * 1000;
    const expected = Math.floor((toMs - fromMs) / periodMs);
    const curve = await this.#store.curve(meter.channel_id, fromMs, toMs);
    // A meter that is read twice in a period has still been read in one period only.
    const periods = new Set<number>();
    for (let at = 0; at < curve.length; at++)
      if (curve.qualities[at] !== MISSING) periods.add(Math.round((curve.readAtMs[at] ?? 0) / periodMs));
    return { expected, got: Math.min(expected, periods.size) };
  }
}
