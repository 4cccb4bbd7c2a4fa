import { type Clock, realClock } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import { arrivedInPeriods, type SurveyedMeter } from "./arrived.ts";
import { periodsWithValue } from "./periods.ts";

const DAY_MS = 86_400_000;
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
    const deps = { sql: this.#sql, store: this.#store, clock: this.#clock };
    const meters = await arrivedInPeriods(deps, fromMs, atMs);
    const coverage = new Map<string, MeterCoverage>();
    for (const { id, periodMs, arrived } of meters) coverage.set(id, covered(periodMs, arrived ?? 0));
    const queue = (await this.#withValues(meters, fromMs)).values();
    const work = async () => {
      for (const meter of queue) coverage.set(meter.id, await this.#cover(meter, fromMs, atMs));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { atMs, fromMs, coverage };
  }

  /** Those that the hourly series do not know and that have had a value lately: their curves must be read. */
  async #withValues(meters: readonly SurveyedMeter[], fromMs: number): Promise<SurveyedMeter[]> {
    const unknown = meters.filter(({ arrived }) => arrived === null);
    if (unknown.length === 0) return [];
    const last = new Map(
      (await this.#store.lastValues(unknown.map(({ channelId }) => channelId))).map((value) => [value.channel, value]),
    );
    return unknown.filter(
      ({ channelId, periodMs }) =>
        (last.get(channelId)?.lastValueAtMs ?? Number.NEGATIVE_INFINITY) >= fromMs - periodMs,
    );
  }

  async #cover({ channelId, periodMs }: SurveyedMeter, fromMs: number, toMs: number): Promise<MeterCoverage> {
    const curve = await this.#store.curve(channelId, fromMs - periodMs, toMs + periodMs);
    return covered(periodMs, periodsWithValue(curve, { fromMs, toMs, periodMs }).size);
  }
}

function covered(periodMs: number, got: number): MeterCoverage {
  const expected = Math.floor(DAY_MS / periodMs);
  return { expected, got: Math.min(expected, got) };
}
