import {
  type ChannelDescription,
  type Clock,
  type ComputedChannel,
  describeError,
  inputsOf,
  type Reading,
} from "@nightflow/domain";
import type { Logger } from "pino";
import { realTimers, type Timers } from "../timers.ts";
import { BaseVolumeMaker, type BaseVolumeTotal } from "./base-volume.ts";
import { BoundaryBook, type Gathered } from "./boundary-book.ts";
import { SumMaker } from "./sum.ts";
import type { TotalStore } from "./total-store.ts";

export interface ComputedChannelsDeps {
  readonly computed: readonly ComputedChannel[];
  readonly channels: ReadonlyMap<string, ChannelDescription>;
  readonly clock: Clock;
  readonly store: TotalStore;
  readonly logger: Logger;
  /** Takes what was computed. */
  readonly collect: (readings: readonly Reading[]) => void;
  readonly timers?: Timers;
}

/** How often it is looked for boundaries that are over, real time. Totals are synced at most once in each. */
const TICK_MS = 1000;

interface Maker {
  readonly id: string;
  readonly book: BoundaryBook;
  make(gathered: Gathered): { readonly reading: Reading; readonly total?: BaseVolumeTotal | undefined };
}

/**
 * The channels of an agent that are computed from others. A total is on disk before its reading is given on, so that it
 * never falls behind what was published.
 */
export class ComputedChannels {
  readonly #deps: ComputedChannelsDeps;
  readonly #makers: readonly Maker[];
  readonly #totals: Map<string, BaseVolumeTotal>;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(deps: ComputedChannelsDeps) {
    this.#deps = deps;
    const needsTotals = deps.computed.some(({ kind }) => kind === "baseVolume");
    this.#totals = new Map(needsTotals ? deps.store.load() : []);
    this.#makers = deps.computed.map((computed) => makerOf(computed, deps, this.#totals.get(computed.channel)));
    if (this.#makers.length > 0) this.#wait();
  }

  /** Notes what buses have read. Costs next to nothing where nothing is computed. */
  take(readings: readonly Reading[]): void {
    for (const maker of this.#makers) for (const reading of readings) maker.book.take(reading);
  }

  /** Computes what is due now and gives it on. */
  evaluate(): void {
    const made: Reading[] = [];
    let hasTotals = false;
    for (const maker of this.#makers)
      for (const gathered of maker.book.due(this.#deps.clock.now())) {
        const madeNow = this.#make(maker, gathered);
        if (madeNow === undefined) continue;
        const { reading, total } = madeNow;
        if (total !== undefined) this.#totals.set(maker.id, total);
        hasTotals ||= total !== undefined;
        made.push(reading);
        this.take([reading]);
      }
    if (made.length === 0) return;
    if (hasTotals && !this.#saved()) return;
    this.#deps.collect(made);
  }

  /** Computes what is complete and ends. */
  close(): void {
    this.#cancel();
    if (!this.#isClosed) this.evaluate();
    this.#isClosed = true;
  }

  /** What one makes; a fault of it is told, and ends neither the others nor the agent. */
  #make(maker: Maker, gathered: Gathered): ReturnType<Maker["make"]> | undefined {
    try {
      return maker.make(gathered);
    } catch (error) {
      this.#deps.logger.error({ channel: maker.id, error: describeError(error) }, "a channel cannot be computed");
      return undefined;
    }
  }

  /** A total that is not on disk is not published: after a restart it would fall. The next one holds all of it. */
  #saved(): boolean {
    try {
      this.#deps.store.save(this.#totals);
      return true;
    } catch (error) {
      this.#deps.logger.error({ error: describeError(error) }, "computed totals cannot be saved; none is published");
      return false;
    }
  }

  #wait(): void {
    this.#cancel = (this.#deps.timers ?? realTimers).after(TICK_MS, () => {
      this.evaluate();
      if (!this.#isClosed) this.#wait();
    });
  }
}

function makerOf(computed: ComputedChannel, deps: ComputedChannelsDeps, total: BaseVolumeTotal | undefined): Maker {
  const { channels } = deps;
  const book = new BoundaryBook({
    channels: inputsOf(computed),
    periodMs: computed.periodS * 1000,
    alignMs: (computed.alignS ?? Math.max(60, computed.periodS / 10)) * 1000,
  });
  if (computed.kind === "baseVolume") {
    const maker = new BaseVolumeMaker(computed, channels, total);
    return { id: computed.channel, book, make: (gathered) => maker.make(gathered) };
  }
  const maker = new SumMaker(computed, channels);
  return { id: computed.channel, book, make: (gathered) => ({ reading: maker.make(gathered) }) };
}
