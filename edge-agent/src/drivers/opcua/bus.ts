import {
  type Clock,
  describeError,
  type MissingReason,
  type Reading,
  realMsUntil,
  type UnitHealth,
} from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../../backoff.ts";
import { openedUnlessLost } from "../../opened.ts";
import { Pause, realTimers, type Timers } from "../../timers.ts";
import { type BookItem, ItemBook } from "./item-book.ts";
import type { OpcUaLink, OpenLink } from "./link.ts";

export interface OpcUaBusDeps {
  readonly bus: {
    readonly id: string;
    readonly samplingMs: number;
    readonly publishMs: number;
    readonly periodS: number;
  };
  readonly items: readonly BookItem[];
  readonly openLink: OpenLink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly collect: (readings: readonly Reading[]) => void;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** Boundaries in a row at which only a read brought news, after which the subscription counts as silent. */
const SILENT_BOUNDARIES = 2;
/** The clock may be set at any time, so nothing waits for longer without a look at it. */
const LONGEST_WAIT_MS = 60_000;

/** Reads the items of one OPC UA server: by subscription, and by a read for whatever that leaves without news. */
export class OpcUaBus {
  readonly #deps: OpcUaBusDeps;
  readonly #book: ItemBook;
  readonly #periodMs: number;
  readonly #tick: Pause;
  readonly #retry: Pause;
  readonly #backoff: Backoff;
  #link: OpcUaLink | undefined;
  #lost: (why: string) => void = () => undefined;
  #notifications = 0;
  #silentBoundaries = 0;
  #isClosed = false;
  readonly #done: Promise<unknown>;

  constructor(deps: OpcUaBusDeps) {
    this.#deps = deps;
    this.#periodMs = deps.bus.periodS * 1000;
    const { samplingMs, publishMs } = deps.bus;
    // A value may lawfully be one period and one publishing old; sampling and publishing run in real time.
    const inClockMs = (realMs: number) => realMs / deps.clock.toRealMs(1);
    this.#book = new ItemBook(deps.items, this.#periodMs, this.#periodMs * 2 + inClockMs(samplingMs + publishMs));
    this.#tick = new Pause(deps.timers ?? realTimers);
    this.#retry = new Pause(deps.timers ?? realTimers);
    this.#backoff = new Backoff({ firstMs: 300, maxMs: 30_000 }, deps.random);
    this.#done = Promise.all([this.#keepConnected(), this.#reportAtBoundaries()]);
  }

  /** A server sends by itself: nothing is left out for want of time. */
  readonly pollsSkipped = 0;

  /** One line per meter: the worst of its items. */
  health(): UnitHealth[] {
    const meters = new Map<string, UnitHealth>();
    for (const { meter, lastGoodAt, missing, reported, missed } of this.#book.states()) {
      const known = meters.get(meter);
      meters.set(meter, {
        meter,
        state: worse(known?.state ?? "good", stateOf(missing)),
        lastGoodAt: latest(known?.lastGoodAt ?? null, lastGoodAt),
        polls: Math.max(known?.polls ?? 0, reported + missed),
        failures: Math.max(known?.failures ?? 0, missed),
        lastError: missing ?? known?.lastError ?? null,
      });
    }
    return [...meters.values()];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tick.wake();
    this.#retry.wake();
    this.#lost("closed");
    await this.#done;
  }

  async #keepConnected(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#liveOnce();
      } catch (error) {
        this.#deps.logger.warn({ bus: this.#deps.bus.id, error: describeError(error) }, "opcua: no connection");
      }
      if (!this.#isClosed) await this.#retry.wait(this.#backoff.next());
    }
  }

  /** Opens a link and stays until it is lost. */
  async #liveOnce(): Promise<void> {
    const { clock, openLink, logger, bus } = this.#deps;
    const lost = new Promise<string>((resolve) => {
      this.#lost = resolve;
    });
    const opening = openLink({
      onSample: (sample) => {
        this.#notifications++;
        this.#book.take(sample, clock.now());
      },
      onLost: (why) => this.#lost(why),
    });
    const link = await openedUnlessLost(opening, lost);
    if (link === undefined) return;
    this.#link = link;
    this.#backoff.reset();
    logger.info({ bus: bus.id, items: this.#deps.items.length }, "opcua: subscribed");
    const why = await lost;
    this.#link = undefined;
    if (!this.#isClosed) logger.warn({ bus: bus.id, why }, "opcua: link lost; a new one is made");
    await link.close();
  }

  async #reportAtBoundaries(): Promise<void> {
    let boundaryAt = this.#lastBoundary();
    while (!this.#isClosed) {
      boundaryAt = await this.#untilBoundaryAfter(boundaryAt);
      if (!this.#isClosed) await this.#report(boundaryAt);
    }
  }

  /**
   * Waits for the boundary behind `reportedAt` and gives it; the newest where several have passed. A clock that was set
   * back is followed, so the wait is cut into pieces and the boundary looked for anew after each.
   */
  async #untilBoundaryAfter(reportedAt: number): Promise<number> {
    const { clock } = this.#deps;
    for (let behindAt = reportedAt; ; ) {
      behindAt = Math.min(behindAt, this.#lastBoundary());
      const boundaryAt = Math.max(behindAt + this.#periodMs, this.#lastBoundary());
      const waitRealMs = Math.ceil(realMsUntil(clock, boundaryAt) + this.#graceRealMs());
      await this.#tick.wait(Math.min(waitRealMs, LONGEST_WAIT_MS));
      if (this.#isClosed || (waitRealMs <= LONGEST_WAIT_MS && clock.now() >= boundaryAt)) return boundaryAt;
    }
  }

  #lastBoundary(): number {
    return Math.floor(this.#deps.clock.now() / this.#periodMs) * this.#periodMs;
  }

  /** Time for the server to sample and send what was true at the boundary; at most a quarter of a period. */
  #graceRealMs(): number {
    const { bus, clock } = this.#deps;
    return Math.min(bus.samplingMs + bus.publishMs, clock.toRealMs(this.#periodMs) / 4);
  }

  async #report(boundaryAt: number): Promise<void> {
    const { clock, collect } = this.#deps;
    const link = this.#link;
    if (link !== undefined) await this.#askForTheRest(link, boundaryAt);
    collect(this.#book.report(boundaryAt, clock.now(), this.#link !== undefined));
  }

  async #askForTheRest(link: OpcUaLink, boundaryAt: number): Promise<void> {
    const wanting = this.#book.wanting(boundaryAt);
    const heard = this.#notifications;
    this.#notifications = 0;
    if (wanting.length === 0) return;
    try {
      const samples = await link.read(wanting);
      const news = samples.filter((sample) => this.#book.take(sample, this.#deps.clock.now())).length;
      this.#watchSubscription(heard, news);
    } catch (error) {
      this.#lost(`a read failed: ${describeError(error)}`);
    }
  }

  /** A subscription can be silent while "connected": news that only a read brings gives it away. */
  #watchSubscription(heard: number, news: number): void {
    this.#silentBoundaries = heard === 0 && news > 0 ? this.#silentBoundaries + 1 : 0;
    if (this.#silentBoundaries < SILENT_BOUNDARIES) return;
    this.#silentBoundaries = 0;
    this.#lost("the subscription is silent although values change");
  }
}

function stateOf(missing: MissingReason | null): UnitHealth["state"] {
  if (missing === null) return "good";
  return missing === "timeout" || missing === "disconnected" ? "silent" : "failing";
}

function worse(a: UnitHealth["state"], b: UnitHealth["state"]): UnitHealth["state"] {
  const order = ["good", "failing", "silent"] as const;
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
