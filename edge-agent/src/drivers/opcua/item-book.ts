import {
  type ChannelDescription,
  type Flag,
  type MissingReason,
  type Reading,
  valueToCounts,
  wholeCounts,
} from "@nightflow/domain";
import type { OpcUaSample } from "./link.ts";
import { judgedTime } from "./sample-time.ts";
import { flagsOfUncertain } from "./status-flags.ts";

/** One item of a bus: the channel that it feeds, and node value × scale = the channel's unit. */
export interface BookItem {
  readonly meter: string;
  readonly channel: ChannelDescription;
  readonly scale: number;
}

/** How one item fares. */
export interface ItemState {
  readonly meter: string;
  readonly lastGoodAt: number | null;
  readonly missing: MissingReason | null;
  /** What is wrong with it, in the server's words: the name of a status code, a clock that is years off. */
  readonly note: string | null;
  readonly reported: number;
  readonly missed: number;
}

/** A value of an item that makes a reading. */
export interface Held {
  readonly at: number;
  readonly quality: "good" | "suspect";
  readonly value: number | bigint;
  readonly flags: readonly Flag[];
  readonly note: string | null;
}

interface Page {
  readonly item: BookItem;
  held: Held[];
  /** Time of the newest sample as the server gave it, before it was judged. */
  rawAt: number | null;
  /** Times of the last readings, so that history does not repeat them. */
  recent: number[];
  lastReportedAt: number;
  newestAt: number;
  fault: MissingReason | null;
  missing: MissingReason | null;
  note: string | null;
  lastGoodAt: number | null;
  reported: number;
  missed: number;
}

/** How the book reports. */
export interface BookRules {
  readonly periodMs: number;
  /** Data older than this is no news from a live meter. */
  readonly staleMs: number;
  /** A sample this near to the boundary needs no better one: the server takes none more often. */
  readonly nearMs: number;
  /** `change`: every sample is a reading at once, and not only the one nearest to a boundary. */
  readonly report: "period" | "change";
}

/** Samples kept of an item between two boundaries. */
const HELD_MAX = 32;
const RECENT_MAX = 8;

/**
 * What is known of every item, and which reading each gives at a boundary: the sample nearest to it, with its own
 * source time, once. An item is judged by the age of its data, never by the state of the connection.
 */
export class ItemBook {
  readonly #pages: Page[];
  readonly #rules: BookRules;
  #news: Reading[] = [];

  constructor(items: readonly BookItem[], rules: BookRules) {
    this.#rules = rules;
    this.#pages = items.map(emptyPage);
  }

  /** Adds an item that was found later; gives its place. */
  add(item: BookItem): number {
    return this.#pages.push(emptyPage(item)) - 1;
  }

  itemAt(item: number): BookItem | undefined {
    return this.#pages[item]?.item;
  }

  get size(): number {
    return this.#pages.length;
  }

  /** Takes a sample in; true when it is newer than what was known. */
  take(sample: OpcUaSample, arrivedAt: number): boolean {
    const page = this.#pages[sample.item];
    if (page === undefined) return false;
    const held = heldOf(page.item, sample, arrivedAt, page.rawAt);
    page.fault = "missing" in held ? held.missing : null;
    page.note = held.note;
    if ("missing" in held) return false;
    const isKnown = sample.at !== null && sample.at === page.rawAt;
    page.rawAt = sample.at;
    const { staleMs } = this.#rules;
    if (held.at + staleMs < page.newestAt && page.newestAt > arrivedAt + staleMs) forgetTimes(page);
    if (isKnown || held.at <= page.newestAt) return false;
    page.newestAt = held.at;
    if (page.recent.includes(held.at)) return true;
    if (this.#rules.report === "change") this.#news.push(reported(page, held));
    else page.held.push(held);
    if (page.held.length > HELD_MAX) page.held.shift();
    return true;
  }

  /** Readings of samples that are reported as they come, since the last call. */
  news(): Reading[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** Items without a sample near enough to a boundary, which should be asked for by a read. */
  wanting(boundaryAt: number): number[] {
    const { nearMs } = this.#rules;
    const isNear = (at: number) => Math.abs(at - boundaryAt) <= nearMs;
    return this.#pages.flatMap(({ held, newestAt }, at) =>
      isNear(newestAt) || held.some((sample) => isNear(sample.at)) ? [] : [at],
    );
  }

  /** The readings of a boundary: one per item with news, a missing one per item that is stale, bad or cut off. */
  report(boundaryAt: number, nowMs: number, isConnected: boolean): Reading[] {
    return this.#pages.flatMap((page) => {
      const best = this.#nearest(page, boundaryAt);
      if (best !== undefined) return [reported(page, best)];
      page.missing = this.#missingReason(page, nowMs, isConnected);
      if (page.missing === null) return [];
      page.missed++;
      return [{ quality: "missing" as const, channel: page.item.channel.id, readAt: nowMs, reason: page.missing }];
    });
  }

  /** Readings of some items by the samples that a read has just brought, whether or not they are news. */
  reportNow(samples: readonly OpcUaSample[], arrivedAt: number): Reading[] {
    return samples.flatMap((sample) => {
      const page = this.#pages[sample.item];
      if (page === undefined) return [];
      const isNews = this.take(sample, arrivedAt);
      if (page.fault !== null)
        return [{ quality: "missing" as const, channel: page.item.channel.id, readAt: arrivedAt, reason: page.fault }];
      const held = page.held.at(-1);
      if (isNews && held !== undefined) return [reported(page, held)];
      const again = heldOf(page.item, sample, arrivedAt, page.rawAt);
      return "missing" in again ? [] : [readingOf(page.item, again)];
    });
  }

  /** A value from the server's history; undefined when it is none, or when its boundary was reported already. */
  fromHistory(sample: OpcUaSample, nowMs: number): Held | undefined {
    const page = this.#pages[sample.item];
    if (page === undefined || sample.at === null) return undefined;
    const held = heldOf(page.item, sample, nowMs, null);
    if ("missing" in held) return undefined;
    const boundary = (at: number) => Math.round(at / this.#rules.periodMs);
    return page.recent.some((at) => boundary(at) === boundary(held.at)) ? undefined : held;
  }

  /** Notes that history has given this one, so that live reading does not give it again. */
  taken(item: number, held: Held): Reading | undefined {
    const page = this.#pages[item];
    if (page === undefined) return undefined;
    page.held = page.held.filter(({ at }) => at !== held.at);
    remember(page, held.at);
    return readingOf(page.item, held);
  }

  states(): ItemState[] {
    return this.#pages.map(({ item, lastGoodAt, missing, note, reported: count, missed }) => ({
      meter: item.meter,
      lastGoodAt,
      missing,
      note,
      reported: count,
      missed,
    }));
  }

  #nearest(page: Page, boundaryAt: number): Held | undefined {
    const distance = (sample: Held) => Math.abs(sample.at - boundaryAt);
    let best: Held | undefined;
    for (const sample of page.held)
      if (sample.at > page.lastReportedAt && (best === undefined || distance(sample) < distance(best))) best = sample;
    return best;
  }

  #missingReason(page: Page, nowMs: number, isConnected: boolean): MissingReason | null {
    if (!isConnected) return "disconnected";
    if (page.fault !== null) return page.fault;
    return nowMs - page.newestAt > this.#rules.staleMs ? "timeout" : null;
  }
}

function emptyPage(item: BookItem): Page {
  return {
    item,
    held: [],
    rawAt: null,
    recent: [],
    lastReportedAt: Number.NEGATIVE_INFINITY,
    newestAt: Number.NEGATIVE_INFINITY,
    fault: null,
    missing: null,
    note: null,
    lastGoodAt: null,
    reported: 0,
    missed: 0,
  };
}

// The server's clock was ahead and has been set back. By the old times every sample from now on would be old news.
function forgetTimes(page: Page): void {
  page.held = [];
  page.lastReportedAt = Number.NEGATIVE_INFINITY;
  page.newestAt = Number.NEGATIVE_INFINITY;
}

function reported(page: Page, sample: Held): Reading {
  page.held = page.held.filter(({ at }) => at > sample.at);
  page.lastReportedAt = sample.at;
  page.lastGoodAt = sample.at;
  page.missing = null;
  page.reported++;
  remember(page, sample.at);
  return readingOf(page.item, sample);
}

function remember(page: Page, at: number): void {
  page.recent.push(at);
  if (page.recent.length > RECENT_MAX) page.recent.shift();
}

function readingOf(item: BookItem, { at: readAt, quality, value, flags }: Held): Reading {
  return { quality, channel: item.channel.id, readAt, value, flags: [...flags] };
}

interface NoValue {
  readonly missing: MissingReason;
  readonly note: string | null;
}

function heldOf(item: BookItem, sample: OpcUaSample, arrivedAt: number, rawAt: number | null): Held | NoValue {
  if (sample.status === "bad") return { missing: "bad_status", note: sample.code };
  const value = sample.value === null ? null : scaled(sample.value, item);
  if (value === null) return { missing: "not_a_number", note: null };
  const { at, note } = judgedTime(sample.at, arrivedAt, rawAt);
  const isUncertain = sample.status === "uncertain";
  const flags: Flag[] = [
    ...(isUncertain ? flagsOfUncertain(sample.code) : []),
    ...(note ? ["clock_shift" as const] : []),
  ];
  const quality = flags.length > 0 || isUncertain ? "suspect" : "good";
  return { at, quality, value, flags, note: note ?? (isUncertain ? sample.code : null) };
}

/** Counts of the channel's resolution for registers, a number in its unit for gauges; null when that is no number. */
function scaled(value: number | bigint, { channel, scale }: BookItem): number | bigint | null {
  if (channel.resolution === undefined) {
    const gauge = Number(value) * scale;
    return Number.isFinite(gauge) ? gauge : null;
  }
  if (typeof value === "bigint") return wholeCounts(value, scale / channel.resolution);
  const counts = valueToCounts(value * scale, channel.resolution);
  return Number.isSafeInteger(counts) ? counts : null;
}
