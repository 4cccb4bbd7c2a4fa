import {
  type ChannelDescription,
  type Clock,
  describeError,
  type MissingReason,
  type OpcUaBus as OpcUaBusConfig,
  type OpcUaServerStanding,
  type Reading,
  realMsUntil,
  type UnitHealth,
} from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../../backoff.ts";
import { openedUnlessLost } from "../../opened.ts";
import { Pause, realTimers, type Timers } from "../../timers.ts";
import type { ReadNowResult, WriteOrder, WriteResult } from "../driver.ts";
import { FoundItems } from "./found-items.ts";
import { BackFill } from "./history/back-fill.ts";
import type { GapBook } from "./history/gap-book.ts";
import { type BookItem, ItemBook } from "./item-book.ts";
import type { OpcUaLink, OpenLink } from "./link.ts";
import { type LinkFault, OpcUaLinkError } from "./link-fault.ts";
import { NodeOrders } from "./orders/node-orders.ts";

export interface OpcUaBusDeps {
  readonly bus: OpcUaBusConfig;
  readonly items: readonly BookItem[];
  readonly openLink: OpenLink;
  readonly gaps: GapBook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly collect: (readings: readonly Reading[]) => void;
  /** Hears of channels that were found on the server. */
  readonly announce?: ((channels: readonly ChannelDescription[]) => void) | undefined;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** A sample this near to the boundary, as a part of the period, needs no better one. */
const NEAR_SHARE = 0.05;
/** Boundaries in a row at which only a read brought news, after which the subscription counts as silent. */
const SILENT_BOUNDARIES = 2;
/** The clock may be set at any time, so nothing waits for longer without a look at it. */
const LONGEST_WAIT_MS = 60_000;
/** Items that are not there are looked for again at first after this, and then ever more seldom. */
const LOOK_AGAIN = { firstMs: 30_000, maxMs: 600_000 };
/** Samples that are reported as they come wait so long for others. */
const NEWS_MS = 100;
/** By then the readings of a boundary are durable, and it may be noted as done. */
const DURABLE_MS = 5000;

/** Reads the items of one OPC UA server: by subscription, and by a read for whatever that leaves without news. */
export class OpcUaBus {
  readonly #deps: OpcUaBusDeps;
  readonly #book: ItemBook;
  readonly #found: FoundItems;
  readonly #backFill: BackFill;
  readonly #orders: NodeOrders;
  readonly #periodMs: number;
  readonly #timers: Timers;
  readonly #tick: Pause;
  readonly #retry: Pause;
  readonly #backoff: Backoff;
  readonly #lookAgain: Backoff;
  readonly #firstTry = Promise.withResolvers<void>();
  #link: OpcUaLink | undefined;
  #fault: LinkFault | null = null;
  /** Nothing is known of the items until the first attempt to connect has ended, well or not. */
  #isFirstAttempt = true;
  #lost: (why: string) => void = () => undefined;
  #cancelNews: (() => void) | undefined;
  readonly #cancelDone = new Set<() => void>();
  #notifications = 0;
  #silentBoundaries = 0;
  #cancelLook: () => void = () => undefined;
  #isClosed = false;
  readonly #done: Promise<unknown>;

  constructor(deps: OpcUaBusDeps) {
    this.#deps = deps;
    const { bus, clock, gaps, logger, collect } = deps;
    this.#periodMs = bus.periodS * 1000;
    this.#timers = deps.timers ?? realTimers;
    // A value may lawfully be one period and one publishing old; sampling and publishing run in real time.
    const inClockMs = (realMs: number) => realMs / clock.toRealMs(1);
    const staleMs = this.#periodMs * 2 + inClockMs(bus.samplingMs + bus.publishMs);
    const nearMs = Math.max(this.#periodMs * NEAR_SHARE, inClockMs(bus.samplingMs));
    this.#book = new ItemBook(deps.items, { periodMs: this.#periodMs, staleMs, nearMs, report: bus.report });
    this.#found = new FoundItems(bus, this.#book, logger);
    const { history, id } = bus;
    const fill = { bus: id, periodMs: this.#periodMs, history, gaps, book: this.#book, clock, logger, collect };
    this.#backFill = new BackFill({ ...fill, timers: this.#timers });
    const { commands } = bus;
    this.#orders = new NodeOrders({ bus: id, commands, link: () => this.#link, timers: this.#timers, logger });
    this.#tick = new Pause(this.#timers);
    this.#retry = new Pause(this.#timers);
    this.#backoff = new Backoff({ firstMs: 300, maxMs: 30_000 }, deps.random);
    this.#lookAgain = new Backoff(LOOK_AGAIN, deps.random);
    this.#done = Promise.all([this.#keepConnected(), this.#reportAtBoundaries()]);
  }

  /** A server sends by itself: nothing is left out for want of time. */
  readonly pollsSkipped = 0;

  /** One line per meter: the worst of its items. */
  health(): UnitHealth[] {
    const meters = new Map<string, UnitHealth>();
    for (const { meter, lastGoodAt, missing, note, reported, missed } of this.#book.states()) {
      const known = meters.get(meter);
      meters.set(meter, {
        meter,
        state: worse(known?.state ?? "good", stateOf(missing)),
        lastGoodAt: latest(known?.lastGoodAt ?? null, lastGoodAt),
        polls: Math.max(known?.polls ?? 0, reported + missed),
        failures: Math.max(known?.failures ?? 0, missed),
        lastError: errorOf(missing, note) ?? known?.lastError ?? null,
      });
    }
    return [...meters.values()];
  }

  /** How the server fares. */
  opcUa(): OpcUaServerStanding {
    const { bus } = this.#deps;
    const missing = this.#link?.missing() ?? [];
    const refused = this.#fault !== null && this.#fault.code !== "NO_CONNECTION";
    return {
      bus: bus.id,
      endpointUrl: bus.endpointUrl.slice(0, 300),
      state: this.#link !== undefined ? "connected" : refused ? "refused" : "connecting",
      security: bus.security.policy === "None" ? "None" : `${bus.security.policy} ${bus.security.mode}`,
      fault: this.#link === undefined ? this.#fault : null,
      items: this.#book.size,
      missingNodes: missing.slice(0, 50).map(({ item, why }) => ({ item: this.#nameOf(item), why: why.slice(0, 200) })),
      missing: missing.length,
      history: this.#backFill.standing(this.#link),
    };
  }

  /** Reads all items of a meter at once. A bus that has only just begun is given the time to connect. */
  async readNow(meter: string): Promise<ReadNowResult> {
    if (this.#link === undefined) await this.#firstTry.promise;
    const items = this.#itemsOf(meter);
    if (items.length === 0) return { outcome: "unknown-meter", readings: [] };
    const link = this.#link;
    if (link === undefined) return this.#disconnected();
    try {
      const readings = this.#book.reportNow(await link.read(items), this.#deps.clock.now());
      this.#deps.collect(readings);
      return { outcome: readings.length > 0 ? "answered" : "silent", readings };
    } catch {
      return { outcome: "silent", readings: [] };
    }
  }

  /** Fetches what the server's history has of a meter from one instant to another. */
  async readBack(meter: string, fromMs: number, toMs: number): Promise<ReadNowResult> {
    const items = this.#itemsOf(meter);
    if (items.length === 0) return { outcome: "unknown-meter", readings: [] };
    if (this.#link === undefined) return this.#disconnected();
    try {
      const readings = await this.#backFill.readBack(this.#link, items, fromMs, toMs);
      this.#deps.collect(readings);
      return { outcome: readings.length > 0 ? "answered" : "silent", readings };
    } catch {
      return { outcome: "silent", readings: [] };
    }
  }

  /** Those of the configuration and those that were found. */
  meters(): string[] {
    return [...new Set(this.#book.states().map(({ meter }) => meter))];
  }

  /** Writes what `commands` says, and looks whether it has happened. */
  async write(order: WriteOrder): Promise<WriteResult> {
    if (this.#link === undefined) await this.#firstTry.promise;
    if (order.meter === null || this.#itemsOf(order.meter).length === 0)
      return { outcome: "unknown-meter", detail: null };
    return await this.#orders.write(order);
  }

  /** Connects at once where there is no connection, and looks for missing items now. */
  retry(): number {
    const waiting = this.#link === undefined ? this.#book.size : this.#link.missing().length;
    this.#lookAgain.reset();
    this.#retry.wake();
    if (this.#link !== undefined) void this.#lookForMissing(this.#link);
    return waiting;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tick.wake();
    this.#retry.wake();
    this.#backFill.stop();
    this.#orders.close();
    for (const cancel of this.#cancelDone) cancel();
    this.#giveNews();
    this.#lost("closed");
    this.#firstTry.resolve();
    await this.#done;
  }

  async #keepConnected(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#liveOnce();
      } catch (error) {
        this.#noteFault(error);
      }
      this.#firstTry.resolve();
      if (!this.#isClosed) await this.#retry.wait(this.#backoff.next());
    }
  }

  #disconnected(): ReadNowResult {
    const { message, remedy } = this.#fault ?? { message: "the server is not connected", remedy: "" };
    return { outcome: "disconnected", readings: [], detail: remedy === "" ? message : `${message}; ${remedy}` };
  }

  /** The same fault is said once, and not at every attempt. */
  #noteFault(error: unknown): void {
    const { bus, logger } = this.#deps;
    const known = this.#fault;
    this.#isFirstAttempt = false;
    const message = describeError(error).slice(0, 500);
    this.#fault = error instanceof OpcUaLinkError ? error.fault : { code: "NO_CONNECTION", message, remedy: "" };
    const { code, remedy } = this.#fault;
    if (known?.code !== code)
      logger.warn({ bus: bus.id, code, remedy }, `opcua: no connection: ${this.#fault.message}`);
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
        if (bus.report === "change") this.#cancelNews ??= this.#timers.after(NEWS_MS, () => this.#giveNews());
      },
      onFound: (nodes) => this.#found.take(nodes),
      onLost: (why) => this.#lost(why),
    });
    const link = await openedUnlessLost(opening, lost);
    if (link === undefined) return;
    this.#link = link;
    this.#isFirstAttempt = false;
    this.#firstTry.resolve();
    this.#fault = null;
    this.#backoff.reset();
    this.#deps.announce?.(this.#found.channels);
    logger.info({ bus: bus.id, items: this.#book.size, missing: link.missing().length }, "opcua: connected");
    this.#backFill.connected(link, clock.now());
    const filling = this.#backFill.run(link);
    this.#lookLater(link);
    const why = await lost;
    this.#link = undefined;
    this.#cancelLook();
    this.#backFill.stop();
    if (!this.#isClosed) logger.warn({ bus: bus.id, why }, "opcua: link lost; a new one is made");
    await link.close();
    await filling;
  }

  async #reportAtBoundaries(): Promise<void> {
    let boundaryAt = this.#lastBoundary();
    while (!this.#isClosed) {
      boundaryAt = await this.#untilBoundaryAfter(boundaryAt);
      if (!this.#isClosed && !this.#isFirstAttempt) await this.#report(boundaryAt);
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
    this.#giveNews();
    const readings = this.#book.report(boundaryAt, clock.now(), this.#link !== undefined);
    collect(readings);
    if (link !== undefined && readings.some(({ quality }) => quality !== "missing")) this.#noteDone(boundaryAt);
  }

  async #askForTheRest(link: OpcUaLink, boundaryAt: number): Promise<void> {
    const isGone = new Set(link.missing().map(({ item }) => item));
    const wanting = this.#book.wanting(boundaryAt).filter((item) => !isGone.has(item));
    const heard = this.#notifications;
    this.#notifications = 0;
    if (wanting.length === 0) return;
    try {
      const samples = await link.read(wanting);
      const news = samples.filter((sample) => this.#book.take(sample, this.#deps.clock.now())).length;
      if (this.#deps.bus.mode === "subscribe") this.#watchSubscription(heard, news);
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

  #lookLater(link: OpcUaLink): void {
    this.#cancelLook = this.#timers.after(this.#lookAgain.next(), () => void this.#lookForMissing(link));
  }

  async #lookForMissing(link: OpcUaLink): Promise<void> {
    const { logger, bus } = this.#deps;
    this.#cancelLook();
    if (this.#link !== link) return;
    try {
      const found = await link.lookAgain();
      if (found > 0) logger.info({ bus: bus.id, found }, "opcua: items that were missing are there");
      if (this.#link === link) this.#lookLater(link);
    } catch (error) {
      this.#lost(`looking for missing items failed: ${describeError(error)}`);
    }
  }

  #noteDone(boundaryAt: number): void {
    this.#backFill.reported(boundaryAt);
    const cancel = this.#timers.after(DURABLE_MS, () => {
      this.#cancelDone.delete(cancel);
      this.#deps.gaps.done(boundaryAt);
    });
    this.#cancelDone.add(cancel);
  }

  #giveNews(): void {
    this.#cancelNews?.();
    this.#cancelNews = undefined;
    const news = this.#book.news();
    if (news.length > 0) this.#deps.collect(news);
  }

  #itemsOf(meter: string): number[] {
    return this.#book.states().flatMap((state, item) => (state.meter === meter ? [item] : []));
  }

  #nameOf(item: number): string {
    const { nodeId, path } = this.#deps.bus.items[item] ?? {};
    const channel = this.#book.itemAt(item)?.channel.id ?? String(item);
    return `${channel}: ${nodeId ?? path ?? "found by a pattern"}`.slice(0, 600);
  }
}

function stateOf(missing: MissingReason | null): UnitHealth["state"] {
  if (missing === null) return "good";
  return missing === "timeout" || missing === "disconnected" ? "silent" : "failing";
}

function errorOf(missing: MissingReason | null, note: string | null): string | null {
  if (missing === null) return note?.slice(0, 200) ?? null;
  return (note === null ? missing : `${missing}: ${note}`).slice(0, 200);
}

function worse(a: UnitHealth["state"], b: UnitHealth["state"]): UnitHealth["state"] {
  const order = ["good", "failing", "silent"] as const;
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
