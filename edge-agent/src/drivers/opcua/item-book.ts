import { type ChannelDescription, type MissingReason, type Reading, valueToCounts } from "@nightflow/domain";
import { wholeCounts } from "../../profiles/counts.ts";
import type { OpcUaSample } from "./link.ts";

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
  readonly reported: number;
  readonly missed: number;
}

interface Held {
  readonly at: number;
  readonly quality: "good" | "suspect";
  readonly value: number | bigint;
}

interface Page {
  readonly item: BookItem;
  held: Held[];
  lastReportedAt: number;
  newestAt: number;
  fault: MissingReason | null;
  missing: MissingReason | null;
  lastGoodAt: number | null;
  reported: number;
  missed: number;
}

/** Samples kept of an item between two boundaries. */
const HELD_MAX = 32;
/** A sample this near to the boundary, as a part of the period, needs no better one. */
const NEAR_SHARE = 0.05;

/**
 * What is known of every item, and which reading each gives at a boundary: the sample nearest to it, with its own
 * source time, once. An item is judged by the age of its data, never by the state of the connection.
 */
export class ItemBook {
  readonly #pages: readonly Page[];
  readonly #periodMs: number;
  readonly #staleMs: number;

  constructor(items: readonly BookItem[], periodMs: number, staleMs: number) {
    this.#periodMs = periodMs;
    this.#staleMs = staleMs;
    this.#pages = items.map((item) => ({
      item,
      held: [],
      lastReportedAt: Number.NEGATIVE_INFINITY,
      newestAt: Number.NEGATIVE_INFINITY,
      fault: null,
      missing: null,
      lastGoodAt: null,
      reported: 0,
      missed: 0,
    }));
  }

  /** Takes a sample in; true when it is newer than what was known. */
  take(sample: OpcUaSample, arrivedAt: number): boolean {
    const page = this.#pages[sample.item];
    if (page === undefined) return false;
    const held = heldOf(page.item, sample, arrivedAt);
    page.fault = "missing" in held ? held.missing : null;
    if ("missing" in held) return false;
    if (held.at + this.#staleMs < page.newestAt && page.newestAt > arrivedAt + this.#staleMs) forgetTimes(page);
    if (held.at <= page.newestAt) return false;
    page.newestAt = held.at;
    page.held.push(held);
    if (page.held.length > HELD_MAX) page.held.shift();
    return true;
  }

  /** Items without a sample near enough to a boundary, which should be asked for by a read. */
  wanting(boundaryAt: number): number[] {
    const nearMs = this.#periodMs * NEAR_SHARE;
    return this.#pages.flatMap(({ held }, at) =>
      held.some((sample) => Math.abs(sample.at - boundaryAt) <= nearMs) ? [] : [at],
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

  states(): ItemState[] {
    return this.#pages.map(({ item, lastGoodAt, missing, reported: count, missed }) => ({
      meter: item.meter,
      lastGoodAt,
      missing,
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
    return nowMs - page.newestAt > this.#staleMs ? "timeout" : null;
  }
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
  const { at: readAt, quality, value } = sample;
  return { quality, channel: page.item.channel.id, readAt, value, flags: [] };
}

function heldOf(item: BookItem, sample: OpcUaSample, arrivedAt: number): Held | { readonly missing: MissingReason } {
  if (sample.status === "bad") return { missing: "bad_status" };
  if (sample.value === null) return { missing: "not_a_number" };
  const value = scaled(sample.value, item);
  if (value === null) return { missing: "not_a_number" };
  return { at: sample.sourceAt ?? arrivedAt, quality: sample.status === "good" ? "good" : "suspect", value };
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
