import { flagsToBits } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage/pure";
import {
  anchorAt,
  BACKFLOW_COUNTS,
  type Boundary,
  between,
  hold,
  INTERVAL_SCHEMA,
  type IntervalOptions,
  type IntervalState,
  isResolved,
  isRollover,
  measure,
  type NextReading,
  restartGrid,
  SNAP_SHARE,
  type Span,
  settleBoundary,
  sinceAnchor,
  startGrid,
} from "./register-spans.ts";
import { SlotTable } from "./slot-table.ts";

export {
  INTERVAL_CODES,
  INTERVAL_SCHEMA,
  type IntervalOptions,
  type IntervalState,
  type NextReading,
} from "./register-spans.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const NEGATIVE = flagsToBits(["negative"]);
const EXCHANGE = flagsToBits(["exchange"]);
/** Gaps with movement that are longer than this stay gaps, unless options say otherwise. */
export const MAX_ESTIMATE_MS = 35 * DAY_MS;

/** One reading of a register. `quality` is 0 good, 1 suspect, 2 missing; `flags` the reading's cause flags. */
export interface RegisterReading {
  readonly readAtMs: number;
  readonly counts: bigint;
  readonly quality: number;
  readonly flags: number;
}

/** What a builder gives out; the object is used again, so copy what must stay. */
export interface EmittedInterval {
  startMs: number;
  endMs: number;
  /** Counts in [startMs, endMs); 0 where missing. */
  counts: number;
  /** One of INTERVAL_CODES. */
  quality: number;
  flags: number;
  /** Time of the reading that made the interval known; never earlier than needed, so nothing looks ahead. */
  knownAtMs: number;
}

export type IntervalSink = (interval: EmittedInterval) => void;

const newReading = (): NextReading => ({
  readAtMs: 0,
  countsHigh: 0,
  countsLow: 0,
  quality: 0,
  flags: 0,
  knownAtMs: 0,
});
const NOBODY: IntervalSink = () => {};
const NO_OPTIONS: IntervalOptions = { periodMs: HOUR_MS, capacityCounts: null, maxCountsPerHour: null };

/**
 * Register readings to intervals on a fixed UTC grid (DOMAIN 3.2), one reading at a time with constant state.
 *
 * The register at a boundary is the nearer reading within 10 % of the period; else it lies on the line between neighbours
 * at most 1.5 periods apart (`interpolated`, good); else the line gives an estimate. No movement across a gap is a true zero.
 * A fall is a roll-over where LEAKS 4 says so, backflow up to 10 counts, and otherwise held back until the next reading
 * shows whether it was a slip or a new register; a new register starts afresh and the intervals across it have no volume.
 * A suspect reading is held back in the same way. Sums telescope: volumes between two known boundaries equal the register's difference.
 *
 * It makes no object for a reading or an interval: what it works with is used again, for millions of readings a second.
 */
export class IntervalMachine {
  /** Fill this, then `pushNext`. */
  readonly next = newReading();
  readonly #held = newReading();
  readonly #emitted: EmittedInterval = { startMs: 0, endMs: 0, counts: 0, quality: 0, flags: 0, knownAtMs: 0 };
  readonly #span: Span = { gapMs: 0, delta: 0, quality: 0, flags: 0 };
  readonly #at: Boundary = { advance: 0, flags: 0, isReading: false, isAnchor: false };
  #options: IntervalOptions = NO_OPTIONS;
  #sink: IntervalSink = NOBODY;

  /** Takes a reading; late, repeated and missing ones change nothing. Returns false for a late or repeated one. */
  push(state: IntervalState, reading: RegisterReading, options: IntervalOptions, sink: IntervalSink): boolean {
    const { next } = this;
    next.readAtMs = reading.readAtMs;
    next.countsHigh = Number(reading.counts >> 32n);
    next.countsLow = Number(reading.counts & 0xffff_ffffn);
    next.quality = reading.quality;
    next.flags = reading.flags;
    return this.pushNext(state, options, sink);
  }

  /** `push` of what stands in `next`. */
  pushNext(state: IntervalState, options: IntervalOptions, sink: IntervalSink): boolean {
    const { next } = this;
    if (next.quality === 2) return true;
    if (!state.hasAnchor) return this.#start(state, next, options);
    if (next.readAtMs <= state.anchorMs || (state.hasPending && next.readAtMs <= state.pendingMs)) return false;
    this.#options = options;
    this.#sink = sink;
    next.knownAtMs = next.readAtMs;
    if (state.hasPending && !this.#settlePending(state, next)) return true;
    this.#take(state, next);
    return true;
  }

  #start(state: IntervalState, reading: NextReading, options: IntervalOptions): boolean {
    if (reading.quality !== 0) return true;
    state.hasAnchor = 1;
    anchorAt(state, reading);
    startGrid(state, options.periodMs);
    return true;
  }

  /** Decides about the reading held back, now that another one has come. False when the new one is held back in its place. */
  #settlePending(state: IntervalState, next: NextReading): boolean {
    const held = this.#held;
    held.readAtMs = state.pendingMs;
    held.countsHigh = state.pendingCountsHigh;
    held.countsLow = state.pendingCountsLow;
    held.flags = state.pendingFlags;
    held.knownAtMs = next.readAtMs;
    state.hasPending = 0;
    const isBackAgain = sinceAnchor(state, next) >= 0;
    const sinceHeld = between(held, next);
    if (sinceAnchor(state, held) < 0) {
      if (isBackAgain) return true;
      if (sinceHeld < 0) return hold(state, next);
      this.#restart(state, held, NEGATIVE);
    } else if (sinceHeld >= 0) this.#accept(state, held);
    return true;
  }

  #take(state: IntervalState, reading: NextReading): void {
    const options = this.#options;
    const delta = sinceAnchor(state, reading);
    const isFall = delta < 0 && !options.isSigned;
    if (reading.flags & EXCHANGE) this.#restart(state, reading, EXCHANGE);
    else if (isFall && isRollover(state, reading, options)) this.#accept(state, reading);
    else if (isFall ? -delta > BACKFLOW_COUNTS : reading.quality === 1) hold(state, reading);
    else this.#accept(state, reading);
  }

  /** Moves the anchor to a reading of the same register and gives out every interval that it completes. */
  #accept(state: IntervalState, reading: NextReading): void {
    const options = this.#options;
    const { periodMs } = options;
    const span = this.#span;
    measure(span, state, reading, options);
    if (span.delta !== 0 && span.gapMs > (options.maxEstimateMs ?? MAX_ESTIMATE_MS)) {
      restartGrid(state, reading, periodMs);
      return;
    }
    let b = state.boundaryMs + periodMs;
    if (!isResolved(b, span, reading.readAtMs, periodMs))
      state.pieceQuality = Math.max(state.pieceQuality, span.quality);
    for (; isResolved(b, span, reading.readAtMs, periodMs); b += periodMs) this.#cross(state, b, reading);
    state.sinceBoundary += span.delta;
    state.pieceFlags = (state.pieceFlags | span.flags | reading.flags) >>> 0;
    anchorAt(state, reading);
  }

  /** Fixes the register at boundary `b` and gives out the interval that ends there. */
  #cross(state: IntervalState, b: number, reading: NextReading): void {
    const at = this.#at;
    const span = this.#span;
    settleBoundary(at, b, state.anchorMs, span, this.#options.periodMs);
    // What the sink is given may not be written over by what it does.
    const { advance, flags: atFlags, isReading } = at;
    const { quality: spanQuality, flags: spanFlags } = span;
    if (state.isBroken) this.#emit(state, b, reading, 0, 3, 0);
    else if (state.hasBoundary) {
      const quality = at.isAnchor ? state.pieceQuality : Math.max(state.pieceQuality, spanQuality);
      this.#emit(state, b, reading, state.sinceBoundary + advance, quality, atFlags | spanFlags | reading.flags);
    }
    state.hasBoundary = 1;
    state.isBroken = 0;
    state.boundaryMs = b;
    state.sinceBoundary = -advance;
    state.pieceQuality = isReading ? 0 : spanQuality;
    state.pieceFlags = atFlags;
  }

  /** A new register starts at `reading`: what lies across has no volume. */
  #restart(state: IntervalState, reading: NextReading, cause: number): void {
    const { periodMs, maxEstimateMs = MAX_ESTIMATE_MS } = this.#options;
    const gapMs = reading.readAtMs - state.anchorMs;
    const span = { gapMs, delta: 0, quality: 3, flags: cause };
    if (!state.hasBoundary || gapMs > maxEstimateMs) {
      restartGrid(state, reading, periodMs);
      return;
    }
    for (let b = state.boundaryMs + periodMs; isResolved(b, span, reading.readAtMs, periodMs); b += periodMs) {
      this.#emit(state, b, reading, 0, 3, cause);
      state.boundaryMs = b;
    }
    state.isBroken = Math.abs(state.boundaryMs - reading.readAtMs) <= SNAP_SHARE * periodMs ? 0 : 1;
    state.sinceBoundary = 0;
    state.pieceQuality = 0;
    state.pieceFlags = state.isBroken ? cause : 0;
    anchorAt(state, reading);
  }

  #emit(
    state: IntervalState,
    endMs: number,
    reading: NextReading,
    counts: number,
    quality: number,
    flags: number,
  ): void {
    const out = this.#emitted;
    out.startMs = endMs - this.#options.periodMs;
    out.endMs = endMs;
    out.counts = counts;
    out.quality = quality;
    out.flags = (flags | state.pieceFlags) >>> 0;
    out.knownAtMs = reading.knownAtMs;
    this.#sink(out);
  }
}

/** One register as intervals, reading by reading: the streaming form of `intervalsOf`, for one meter. */
export class IntervalBuilder {
  readonly #machine = new IntervalMachine();
  readonly #state = new SlotTable(INTERVAL_SCHEMA, 1).view;
  readonly #options: IntervalOptions;

  constructor(options: IntervalOptions) {
    this.#options = options;
  }

  /** Takes one reading and hands every interval that it completes to `sink`; false for a late or repeated reading. */
  push(reading: RegisterReading, sink: IntervalSink): boolean {
    return this.#machine.push(this.#state, reading, this.#options, sink);
  }
}

/** Intervals of one register as rows, ascending. Intervals that nothing is known of are not listed. */
export interface IntervalSeries {
  readonly periodMs: number;
  readonly rows: readonly Readonly<EmittedInterval>[];
}

// One for all curves: the engine compiles for the few tables that it sees, and a table for each curve would be another one each time.
const sharedMachine = new IntervalMachine();
const sharedTable = new SlotTable(INTERVAL_SCHEMA, 1);

/** All intervals of a curve (ascending, repeats removed, as the store gives it); none for fewer than two good readings. */
export function intervalsOf(curve: Curve, options: IntervalOptions): IntervalSeries {
  const rows: EmittedInterval[] = [];
  const keep: IntervalSink = (interval) => {
    rows.push({ ...interval });
  };
  sharedTable.clearSlot(0);
  for (let i = 0; i < curve.length; i++) sharedMachine.push(sharedTable.view, readingOf(curve, i), options, keep);
  return { periodMs: options.periodMs, rows };
}

function readingOf(curve: Curve, i: number): RegisterReading {
  return {
    readAtMs: curve.readAtMs[i] ?? 0,
    counts: curve.counts[i] ?? 0n,
    quality: curve.qualities[i] ?? 2,
    flags: curve.flags[i] ?? 0,
  };
}
