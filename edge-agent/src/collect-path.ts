import { type AgentConfig, type Clock, canonicalJson, type Reading } from "@nightflow/domain";
import type { Logger } from "pino";
import { ComputedChannels } from "./computed/computed-channels.ts";
import { fileTotalStore } from "./computed/total-store.ts";
import { withPossibleTimes } from "./head-end-clock/device-times.ts";
import { ReportingFilter } from "./report-by-exception/reporting-filter.ts";

export interface CollectPathDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The agent's folder, where computed totals are kept. */
  readonly dataDir: string;
  /** Takes what is to be sent. */
  readonly take: (readings: readonly Reading[]) => void;
}

/**
 * The way of a reading from its bus to the outbox: its time is checked, channels are computed from it, and what says
 * nothing new is left out. Computing comes first, for it needs every reading.
 */
export class CollectPath {
  readonly #deps: CollectPathDeps;
  readonly #filter = new ReportingFilter();
  #computed: ComputedChannels | undefined;
  /** What the computed channels were made from. */
  #computedBy = "";

  constructor(deps: CollectPathDeps) {
    this.#deps = deps;
  }

  /** Readings left out by report by exception since the start. */
  get suppressed(): number {
    return this.#filter.suppressed;
  }

  /** Works by a configuration from now on; computed channels whose settings stay go on. */
  configure({ channels, computed = [] }: AgentConfig): void {
    this.#filter.configure(channels);
    const settings = canonicalJson(computed.length === 0 ? [] : [computed, channels]);
    if (settings === this.#computedBy) return;
    this.#computed?.close();
    this.#computedBy = settings;
    const { clock, logger, dataDir } = this.#deps;
    const byId = new Map(channels.map((channel) => [channel.id as string, channel]));
    const store = fileTotalStore(dataDir, logger);
    const deps = { computed, channels: byId, clock, store, logger, collect: this.#send };
    this.#computed = computed.length === 0 ? undefined : new ComputedChannels(deps);
  }

  readonly collect = (readings: readonly Reading[]): void => {
    const timed = withPossibleTimes(readings, this.#deps.clock.now());
    this.#computed?.take(timed);
    this.#send(timed);
  };

  /** Computes what is complete; nothing more comes. */
  close(): void {
    this.#computed?.close();
  }

  readonly #send = (readings: readonly Reading[]): void => {
    const passed = this.#filter.pass(withNumbers(readings));
    if (passed.length > 0) this.#deps.take(passed);
  };
}

/** Not a number and infinity are no values: JSON has none of them, and one would make a whole batch unreadable. */
function withNumbers(readings: readonly Reading[]): readonly Reading[] {
  return readings.every(hasNumber) ? readings : readings.map((one) => (hasNumber(one) ? one : without(one)));
}

function hasNumber(reading: Reading): boolean {
  return reading.quality === "missing" || typeof reading.value === "bigint" || Number.isFinite(reading.value);
}

function without({ channel, readAt }: Reading): Reading {
  return { quality: "missing", channel, readAt, reason: "not_a_number" };
}
