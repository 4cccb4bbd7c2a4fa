import type { AgentConfig, Clock, Reading } from "@nightflow/domain";
import { withPossibleTimes } from "./head-end-clock/device-times.ts";
import { ReportingFilter } from "./report-by-exception/reporting-filter.ts";

/** The way of a reading from its bus to the outbox: its time is checked, and what says nothing new is left out. */
export class CollectPath {
  readonly #clock: Clock;
  readonly #filter = new ReportingFilter();
  readonly #take: (readings: readonly Reading[]) => void;

  constructor(clock: Clock, take: (readings: readonly Reading[]) => void) {
    this.#clock = clock;
    this.#take = take;
  }

  /** Readings left out by report by exception since the start. */
  get suppressed(): number {
    return this.#filter.suppressed;
  }

  configure({ channels }: AgentConfig): void {
    this.#filter.configure(channels);
  }

  readonly collect = (readings: readonly Reading[]): void => {
    const passed = this.#filter.pass(withPossibleTimes(readings, this.#clock.now()));
    if (passed.length > 0) this.#take(passed);
  };
}
