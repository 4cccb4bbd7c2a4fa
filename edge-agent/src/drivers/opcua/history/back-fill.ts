import { type Clock, describeError, type OpcUaGap, type OpcUaHistory, type Reading } from "@nightflow/domain";
import type { Logger } from "pino";
import { Pause, type Timers } from "../../../timers.ts";
import type { Held, ItemBook } from "../item-book.ts";
import type { OpcUaLink } from "../link.ts";
import type { Gap, GapBook } from "./gap-book.ts";
import { boundariesIn, NearestByBoundary } from "./thin.ts";

export interface BackFillDeps {
  readonly bus: string;
  readonly periodMs: number;
  readonly history: OpcUaHistory;
  readonly gaps: GapBook;
  readonly book: ItemBook;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly collect: (readings: readonly Reading[]) => void;
}

/** What came of filling a stretch for some items. */
interface Filled {
  readonly readings: number;
  readonly boundaries: number;
  readonly failed: readonly { readonly item: number; readonly why: string }[];
}

/** The newest stretch of a gap, while its items are asked one chunk after the other. */
interface Part {
  readonly gap: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Items that are dealt with. */
  readonly given: Set<number>;
  filled: number;
  missing: number;
  readonly failed: Filled["failed"][number][];
}

/** Readings that are handed over at once: the outbox has to write them besides what is live. */
const READINGS_AT_ONCE = 10_000;
const ITEMS_AT_ONCE = 50;
/** Longest that a stretch which failed waits to be asked for again, and how often it is. */
const RETRY_FIRST_MS = 30_000;
const MAX_ATTEMPTS = 5;
/** Codes that asking again does not change. */
const FINAL =
  /^Bad(HistoryOperationUnsupported|HistoryOperationInvalid|UserAccessDenied|NodeIdUnknown|NodeIdInvalid|NotReadable|NotSupported|ServiceUnsupported|TimestampNotSupported)/;

/**
 * Fetches what was missed from a server's own history, newest first and behind live reading: the readings that live
 * reading would have made, with their source times, none twice. What fails is asked for again; what history has not is told.
 */
export class BackFill {
  readonly #deps: BackFillDeps;
  readonly #pause: Pause;
  readonly #notBefore = new Map<string, number>();
  readonly #told: OpcUaGap[] = [];
  /** Kept when the link is lost in it, so that the next link brings only what is still wanting. */
  #part: Part | undefined;
  #filled = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(deps: BackFillDeps) {
    this.#deps = deps;
    this.#pause = new Pause(deps.timers);
  }

  /** Notes that live reading has given all up to a boundary, whether or not that is durable yet. */
  reported(boundaryMs: number): void {
    this.#reportedMs = boundaryMs;
  }

  /** Notes the gap that ends with a connection made now, if there is one. */
  connected(link: Pick<OpcUaLink, "historyItems">, nowMs: number): void {
    const { gaps, periodMs, history, book, bus, logger } = this.#deps;
    const { doneMs } = gaps;
    const lastMs = Math.floor(nowMs / periodMs) * periodMs;
    if (doneMs === null || history.hours === 0) return;
    const oldestMs = Math.ceil((nowMs - history.hours * 3_600_000) / periodMs) * periodMs;
    const firstMs = Math.max(doneMs + periodMs, this.#reportedMs + periodMs, oldestMs);
    if (firstMs > lastMs) return;
    if (link.historyItems.length > 0) gaps.open({ firstMs, lastMs, channels: null, attempts: 0 });
    gaps.done(lastMs);
    if (link.historyItems.length > 0) return;
    const boundaries = boundariesIn(firstMs, lastMs, periodMs);
    const why = "the server keeps no history of these items";
    this.#tell({ fromMs: firstMs, toMs: lastMs, items: book.size, filled: 0, missing: boundaries * book.size, why });
    logger.info({ bus, from: new Date(firstMs), to: new Date(lastMs) }, `opcua: a gap stays open: ${why}`);
  }

  /** Fills gaps until none is left or `stop` is called. A lost link ends it; what was filled stays filled. */
  async run(link: OpcUaLink): Promise<void> {
    const { gaps, bus, logger, history } = this.#deps;
    this.#isStopped = false;
    while (!this.#isStopped && history.hours > 0 && link.historyItems.length > 0) {
      const gap = gaps.gaps.find((each) => (this.#notBefore.get(keyOf(each)) ?? 0) <= Date.now());
      if (gap === undefined) {
        if (gaps.gaps.length === 0) return;
        await this.#pause.wait(RETRY_FIRST_MS / 6);
        continue;
      }
      try {
        await this.#step(link, gap);
      } catch (error) {
        logger.warn({ bus, error: describeError(error) }, "opcua: history could not be asked; it is asked again");
        await this.#pause.wait(RETRY_FIRST_MS);
      }
    }
  }

  /** Ends `run` and every wait of it. */
  stop(): void {
    this.#isStopped = true;
    this.#pause.wake();
  }

  /** Fetches a stretch of some items at once. @throws when the server does not answer. */
  async readBack(link: OpcUaLink, items: readonly number[], fromMs: number, toMs: number): Promise<Reading[]> {
    const { periodMs } = this.#deps;
    const first = Math.ceil(fromMs / periodMs) * periodMs;
    const last = Math.floor(toMs / periodMs) * periodMs;
    const readings: Reading[] = [];
    const offered = new Set(link.historyItems);
    for (const chunk of chunksOf(
      items.filter((item) => offered.has(item)),
      ITEMS_AT_ONCE,
    ))
      await this.#fill(link, chunk, first, last, (some) => readings.push(...some));
    return readings;
  }

  standing(link: Pick<OpcUaLink, "historyItems"> | undefined) {
    return {
      isOffered: link === undefined ? null : link.historyItems.length > 0,
      items: link?.historyItems.length ?? 0,
      openGaps: this.#deps.gaps.gaps.length,
      filled: this.#filled,
      gaps: [...this.#told],
    };
  }

  /** The newest part of a gap, for all its items. */
  async #step(link: OpcUaLink, gap: Gap): Promise<void> {
    const { periodMs, gaps } = this.#deps;
    const items = this.#itemsOf(link, gap);
    const perItem = Math.max(10, Math.floor(READINGS_AT_ONCE / Math.max(1, Math.min(items.length, ITEMS_AT_ONCE))));
    const firstMs = Math.max(gap.firstMs, gap.lastMs - (perItem - 1) * periodMs);
    const part = this.#partOf(gap, firstMs);
    const wanting = items.filter((item) => !part.given.has(item));
    for (const chunk of chunksOf(wanting, ITEMS_AT_ONCE)) {
      if (this.#isStopped) return;
      await this.#pause.wait(await this.#fillChunk(link, part, chunk));
    }
    if (this.#isStopped) return;
    const { filled, missing, failed } = part;
    const again = this.#retryOf(gap, firstMs, failed);
    gaps.shrink(gap.id, firstMs - periodMs, again === undefined ? [] : [again]);
    this.#part = undefined;
    const why = failed.length === 0 ? null : `${failed[0]?.why}${again === undefined ? "" : "; asked again"}`;
    this.#tell({ fromMs: firstMs, toMs: gap.lastMs, items: Math.max(1, items.length), filled, missing, why });
  }

  #partOf({ id, lastMs }: Gap, firstMs: number): Part {
    const known = this.#part;
    if (known?.gap === id && known.firstMs === firstMs && known.lastMs === lastMs) return known;
    this.#part = { gap: id, firstMs, lastMs, given: new Set(), filled: 0, missing: 0, failed: [] };
    return this.#part;
  }

  /** Gives the pause that should follow, ms. */
  async #fillChunk(link: OpcUaLink, part: Part, chunk: readonly number[]): Promise<number> {
    const filled = await this.#fill(link, chunk, part.firstMs, part.lastMs, this.#deps.collect);
    for (const item of chunk) part.given.add(item);
    part.filled += filled.readings;
    part.missing += filled.boundaries - filled.readings;
    part.failed.push(...filled.failed);
    return Math.max(this.#deps.history.pauseMs, filled.readings / 10);
  }

  /** What is asked for again of a stretch that failed for some items; undefined when it is given up. */
  #retryOf(gap: Gap, firstMs: number, failed: Filled["failed"]): Omit<Gap, "id"> | undefined {
    const { book } = this.#deps;
    const attempts = gap.attempts + 1;
    const channels = failed.flatMap(({ item, why }) => (FINAL.test(why) ? [] : [book.itemAt(item)?.channel.id ?? ""]));
    if (channels.length === 0 || attempts >= MAX_ATTEMPTS) return undefined;
    const again = { firstMs, lastMs: gap.lastMs, channels, attempts };
    this.#notBefore.set(keyOf(again), Date.now() + RETRY_FIRST_MS * 2 ** gap.attempts);
    return again;
  }

  async #fill(
    link: OpcUaLink,
    items: readonly number[],
    firstMs: number,
    lastMs: number,
    give: (readings: readonly Reading[]) => void,
  ): Promise<Filled> {
    const { periodMs, book, clock } = this.#deps;
    const nearest = new Map(items.map((item) => [item, new NearestByBoundary<Held>(periodMs, firstMs, lastMs)]));
    const failed = new Map<number, string>();
    for await (const parts of link.history(items, firstMs - periodMs / 2, lastMs + periodMs / 2)) {
      for (const { item, samples, fault } of parts) {
        if (fault !== null) failed.set(item, fault);
        for (const sample of samples) {
          const held = book.fromHistory(sample, clock.now());
          if (held !== undefined) nearest.get(item)?.offer(held);
        }
      }
    }
    const readings = [...nearest].flatMap(([item, best]) =>
      failed.has(item) ? [] : best.samples().flatMap((held) => book.taken(item, held) ?? []),
    );
    give(readings);
    this.#filled += readings.length;
    const boundaries = boundariesIn(firstMs, lastMs, periodMs) * items.length;
    return { readings: readings.length, boundaries, failed: [...failed].map(([item, why]) => ({ item, why })) };
  }

  #itemsOf(link: OpcUaLink, { channels }: Gap): number[] {
    const wanted = channels === null ? undefined : new Set(channels);
    const { book } = this.#deps;
    return link.historyItems.filter((item) => wanted?.has(book.itemAt(item)?.channel.id ?? "") ?? true);
  }

  #tell(gap: OpcUaGap): void {
    const { bus, logger } = this.#deps;
    this.#told.unshift(gap);
    this.#told.length = Math.min(this.#told.length, 10);
    const { fromMs, toMs, filled, missing, why } = gap;
    const about = { bus, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), filled, missing, why };
    if (missing > 0) logger.warn(about, "opcua: history could not fill all of a gap");
    else logger.info(about, "opcua: a gap was filled from history");
  }
}

function* chunksOf(items: readonly number[], size: number): Generator<readonly number[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/** A gap that comes back from a failure has another number, and the same stretch. */
function keyOf({ firstMs, lastMs, attempts }: Omit<Gap, "id">): string {
  return `${firstMs}-${lastMs}-${attempts}`;
}
