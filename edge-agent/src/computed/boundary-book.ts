import type { Reading } from "@nightflow/domain";

/** The readings that stand for one boundary of a period's UTC grid, by channel. */
export interface Gathered {
  readonly boundaryAt: number;
  readonly readings: ReadonlyMap<string, Reading>;
}

export interface BoundaryBookDeps {
  readonly channels: readonly string[];
  readonly periodMs: number;
  /** Furthest that a reading may lie from its boundary. */
  readonly alignMs: number;
}

/** Boundaries that wait at most: what is older came back-filled or from a clock that leapt. */
const MAX_WAITING = 64;

/**
 * Sorts readings to the boundaries that they stand for. A boundary is given out once, in rising order: when all its channels
 * are there, or when the time for them is over. The reading nearest to a boundary stands for it.
 */
export class BoundaryBook {
  readonly #channels: ReadonlySet<string>;
  readonly #periodMs: number;
  readonly #toleranceMs: number;
  readonly #waiting = new Map<number, Map<string, Reading>>();
  #doneAt = Number.NEGATIVE_INFINITY;

  constructor({ channels, periodMs, alignMs }: BoundaryBookDeps) {
    this.#channels = new Set(channels);
    this.#periodMs = periodMs;
    this.#toleranceMs = Math.min(alignMs, periodMs / 2);
  }

  /** Notes a reading of one of the channels; others, and those that are too late, are passed over. */
  take(reading: Reading): void {
    if (!this.#channels.has(reading.channel)) return;
    const boundaryAt = Math.round(reading.readAt / this.#periodMs) * this.#periodMs;
    if (boundaryAt <= this.#doneAt || Math.abs(reading.readAt - boundaryAt) > this.#toleranceMs) return;
    const readings = this.#waiting.get(boundaryAt) ?? new Map<string, Reading>();
    const before = readings.get(reading.channel);
    if (before === undefined || isBetter(reading, before, boundaryAt)) readings.set(reading.channel, reading);
    this.#waiting.set(boundaryAt, readings);
  }

  /** The boundaries that are complete or over by `nowMs`, oldest first. */
  due(nowMs: number): Gathered[] {
    const waiting = [...this.#waiting.keys()].sort((a, b) => a - b);
    const isDue = (boundaryAt: number, at: number) =>
      this.#isComplete(boundaryAt) || nowMs > boundaryAt + this.#toleranceMs || waiting.length - at > MAX_WAITING;
    // A complete boundary ends the wait for those before it: totals are made in order.
    const last = waiting.findLastIndex(isDue);
    return waiting.slice(0, last + 1).map((boundaryAt) => this.#giveOut(boundaryAt));
  }

  #isComplete(boundaryAt: number): boolean {
    const readings = this.#waiting.get(boundaryAt);
    return (
      readings?.size === this.#channels.size && [...readings.values()].every(({ quality }) => quality !== "missing")
    );
  }

  #giveOut(boundaryAt: number): Gathered {
    const readings = this.#waiting.get(boundaryAt) ?? new Map<string, Reading>();
    this.#waiting.delete(boundaryAt);
    this.#doneAt = boundaryAt;
    return { boundaryAt, readings };
  }
}

function isBetter(reading: Reading, before: Reading, boundaryAt: number): boolean {
  if (before.quality === "missing") return reading.quality !== "missing";
  if (reading.quality === "missing") return false;
  return Math.abs(reading.readAt - boundaryAt) < Math.abs(before.readAt - boundaryAt);
}
