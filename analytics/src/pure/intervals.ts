import { flagsToBits } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage";
import { SlotTable, type SlotView } from "./slot-table.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A reading counts as taken at a boundary of the grid when it lies within this share of the period. */
const SNAP_SHARE = 0.1;
/** Neighbours at most this many periods apart give a good interpolated boundary. */
const LINEAR_PERIODS = 1.5;
/** A fall of at most this many counts is water running back, not a new register. */
const BACKFLOW_COUNTS = 10;

const INTERPOLATED = flagsToBits(["interpolated"]);
const GAP = flagsToBits(["gap"]);
const NEGATIVE = flagsToBits(["negative"]);
const ROLLOVER = flagsToBits(["rollover"]);
const EXCHANGE = flagsToBits(["exchange"]);
const MAX_ESTIMATE_MS = 35 * DAY_MS;
const OVER_Q4 = flagsToBits(["over_q4"]);
const REVERSE = flagsToBits(["reverse"]);

/** Quality of an interval as a number: good < estimated < suspect < missing; only the first three have a volume. */
export const INTERVAL_CODES = { good: 0, estimated: 1, suspect: 2, missing: 3 } as const;

/** How a register becomes intervals. */
export interface IntervalOptions {
  /** Length of the grid's steps; boundaries are its whole multiples since 1970, UTC. */
  readonly periodMs: number;
  /** Counts at which the register returns to zero; null when unknown. */
  readonly capacityCounts: number | null;
  /** Highest plausible advance (Q4) in counts per hour; null when unknown. */
  readonly maxCountsPerHour: number | null;
  /** True for a net register, which may fall; false for one that only counts up. */
  readonly isSigned?: boolean;
  /** Gaps with movement that are longer than this stay gaps. */
  readonly maxEstimateMs?: number;
}

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

/** State of one register on its way to intervals, about 70 bytes. */
export const INTERVAL_SCHEMA = {
  hasAnchor: "u8",
  hasBoundary: "u8",
  hasPending: "u8",
  isBroken: "u8",
  pieceQuality: "u8",
  pieceFlags: "u32",
  anchorMs: "f64",
  anchorCounts: "i64",
  boundaryMs: "sec",
  sinceBoundary: "f64",
  pendingMs: "f64",
  pendingCounts: "i64",
  pendingFlags: "u32",
} as const;
export type IntervalState = SlotView<typeof INTERVAL_SCHEMA>;

/**
 * Register readings to intervals on a fixed UTC grid (DOMAIN 3.2), one reading at a time with constant state.
 *
 * The register at a boundary is the nearer reading within 10 % of the period; else it lies on the line between neighbours
 * at most 1.5 periods apart (`interpolated`, good); else the line gives an estimate. No movement across a gap is a true zero.
 * A fall is a roll-over where LEAKS 4 says so, backflow up to 10 counts, and otherwise held back until the next reading
 * shows whether it was a slip or a new register; a new register starts afresh and the intervals across it have no volume.
 * A suspect reading is held back in the same way. Sums telescope: volumes between two known boundaries equal the register's difference.
 */
export class IntervalMachine {
  readonly #emitted: EmittedInterval = { startMs: 0, endMs: 0, counts: 0, quality: 0, flags: 0, knownAtMs: 0 };

  /** Takes a reading; late, repeated and missing ones change nothing. Returns false for a late or repeated one. */
  push(state: IntervalState, reading: RegisterReading, options: IntervalOptions, sink: IntervalSink): boolean {
    if (reading.quality === 2) return true;
    if (!state.hasAnchor) return this.#start(state, reading, options);
    if (reading.readAtMs <= state.anchorMs || (state.hasPending && reading.readAtMs <= state.pendingMs)) return false;
    if (state.hasPending && !this.#settlePending(state, reading, options, sink)) return true;
    this.#take(state, reading, options, sink);
    return true;
  }

  #start(state: IntervalState, reading: RegisterReading, options: IntervalOptions): boolean {
    if (reading.quality !== 0) return true;
    state.hasAnchor = 1;
    state.anchorMs = reading.readAtMs;
    state.anchorCounts = reading.counts;
    this.#startGrid(state, options.periodMs);
    return true;
  }

  /** Begins the grid at the anchor: at once where it stands on a boundary, else the first boundary after it opens it. */
  #startGrid(state: IntervalState, periodMs: number): void {
    const nearest = Math.round(state.anchorMs / periodMs) * periodMs;
    const isOnBoundary = Math.abs(nearest - state.anchorMs) <= SNAP_SHARE * periodMs;
    state.hasBoundary = isOnBoundary ? 1 : 0;
    state.boundaryMs = isOnBoundary ? nearest : Math.floor(state.anchorMs / periodMs) * periodMs;
    state.sinceBoundary = 0;
    state.pieceQuality = 0;
    state.pieceFlags = 0;
    state.isBroken = 0;
  }

  /** Decides about the reading held back, now that another one has come. False when the new one is held back in its place. */
  #settlePending(state: IntervalState, next: RegisterReading, options: IntervalOptions, sink: IntervalSink): boolean {
    const held = {
      readAtMs: state.pendingMs,
      counts: state.pendingCounts,
      flags: state.pendingFlags,
      knownAtMs: next.readAtMs,
    };
    state.hasPending = 0;
    if (held.counts < state.anchorCounts) {
      if (next.counts >= state.anchorCounts) return true;
      if (next.counts < held.counts) return this.#hold(state, next);
      this.#restart(state, held, NEGATIVE, options, sink);
    } else if (next.counts >= held.counts) this.#accept(state, held, options, sink);
    return true;
  }

  #hold(state: IntervalState, reading: RegisterReading): boolean {
    state.hasPending = 1;
    state.pendingMs = reading.readAtMs;
    state.pendingCounts = reading.counts;
    state.pendingFlags = reading.flags;
    return false;
  }

  #take(state: IntervalState, reading: RegisterReading, options: IntervalOptions, sink: IntervalSink): void {
    const taken: Taken = { ...reading, knownAtMs: reading.readAtMs };
    const delta = Number(reading.counts - state.anchorCounts);
    const isFall = delta < 0 && !options.isSigned;
    if (reading.flags & EXCHANGE) this.#restart(state, taken, EXCHANGE, options, sink);
    else if (isFall && isRollover(state, reading, options)) this.#accept(state, taken, options, sink);
    else if (isFall ? -delta > BACKFLOW_COUNTS : reading.quality === 1) this.#hold(state, reading);
    else this.#accept(state, taken, options, sink);
  }

  /** Moves the anchor to a reading of the same register and gives out every interval that it completes. */
  #accept(state: IntervalState, reading: Taken, options: IntervalOptions, sink: IntervalSink): void {
    const span = spanOf(state, reading, options);
    if (span.delta !== 0 && span.gapMs > (options.maxEstimateMs ?? MAX_ESTIMATE_MS)) {
      this.#restartGrid(state, reading, options.periodMs);
      return;
    }
    let b = state.boundaryMs + options.periodMs;
    if (!isResolved(b, span, reading.readAtMs, options.periodMs))
      state.pieceQuality = Math.max(state.pieceQuality, span.quality);
    for (; isResolved(b, span, reading.readAtMs, options.periodMs); b += options.periodMs)
      this.#cross(state, b, span, reading, options.periodMs, sink);
    state.sinceBoundary += span.delta;
    state.pieceFlags = (state.pieceFlags | span.flags | reading.flags) >>> 0;
    state.anchorMs = reading.readAtMs;
    state.anchorCounts = reading.counts;
  }

  /** Fixes the register at boundary `b` and gives out the interval that ends there. */
  #cross(state: IntervalState, b: number, span: Span, reading: Taken, periodMs: number, sink: IntervalSink): void {
    const at = registerAtBoundary(b, state.anchorMs, span, periodMs);
    if (state.isBroken) this.#emit(state, b, periodMs, reading, { counts: 0, quality: 3, flags: 0 }, sink);
    else if (state.hasBoundary) {
      const quality = at.isAnchor ? state.pieceQuality : Math.max(state.pieceQuality, span.quality);
      const flags = (at.flags | span.flags | reading.flags) >>> 0;
      this.#emit(state, b, periodMs, reading, { counts: state.sinceBoundary + at.advance, quality, flags }, sink);
    }
    state.hasBoundary = 1;
    state.isBroken = 0;
    state.boundaryMs = b;
    state.sinceBoundary = -at.advance;
    state.pieceQuality = at.isReading ? 0 : span.quality;
    state.pieceFlags = at.flags;
  }

  /** A new register starts at `reading`: what lies across has no volume. */
  #restart(state: IntervalState, reading: Taken, cause: number, options: IntervalOptions, sink: IntervalSink): void {
    const { periodMs } = options;
    const span = { gapMs: reading.readAtMs - state.anchorMs, delta: 0, quality: 3, flags: cause };
    if (!state.hasBoundary || span.gapMs > (options.maxEstimateMs ?? MAX_ESTIMATE_MS)) {
      this.#restartGrid(state, reading, periodMs);
      return;
    }
    for (let b = state.boundaryMs + periodMs; isResolved(b, span, reading.readAtMs, periodMs); b += periodMs) {
      this.#emit(state, b, periodMs, reading, { counts: 0, quality: 3, flags: cause }, sink);
      state.boundaryMs = b;
    }
    state.isBroken = Math.abs(state.boundaryMs - reading.readAtMs) <= SNAP_SHARE * periodMs ? 0 : 1;
    state.sinceBoundary = 0;
    state.pieceQuality = 0;
    state.pieceFlags = state.isBroken ? cause : 0;
    state.anchorMs = reading.readAtMs;
    state.anchorCounts = reading.counts;
  }

  #restartGrid(state: IntervalState, reading: Taken, periodMs: number): void {
    state.anchorMs = reading.readAtMs;
    state.anchorCounts = reading.counts;
    this.#startGrid(state, periodMs);
  }

  #emit(
    state: IntervalState,
    endMs: number,
    periodMs: number,
    reading: Taken,
    what: { counts: number; quality: number; flags: number },
    sink: IntervalSink,
  ): void {
    const out = this.#emitted;
    out.startMs = endMs - periodMs;
    out.endMs = endMs;
    out.counts = what.counts;
    out.quality = what.quality;
    out.flags = (what.flags | state.pieceFlags) >>> 0;
    out.knownAtMs = reading.knownAtMs;
    sink(out);
  }
}

interface Taken {
  readonly readAtMs: number;
  readonly counts: bigint;
  readonly flags: number;
  readonly knownAtMs: number;
}

/** What lies between the anchor and the reading that follows it. */
interface Span {
  readonly gapMs: number;
  readonly delta: number;
  readonly quality: number;
  readonly flags: number;
}

function spanOf(state: IntervalState, reading: Taken, options: IntervalOptions): Span {
  const gapMs = reading.readAtMs - state.anchorMs;
  const difference = Number(reading.counts - state.anchorCounts);
  if (difference < 0 && !options.isSigned) {
    const isTop = -difference > BACKFLOW_COUNTS;
    if (isTop) return { gapMs, delta: difference + (options.capacityCounts ?? 0), quality: 0, flags: ROLLOVER };
    return { gapMs, delta: difference, quality: INTERVAL_CODES.suspect, flags: REVERSE };
  }
  if (isOverLimit(difference, gapMs, options))
    return { gapMs, delta: difference, quality: INTERVAL_CODES.suspect, flags: OVER_Q4 };
  const isGap = difference !== 0 && gapMs > LINEAR_PERIODS * options.periodMs;
  return { gapMs, delta: difference, quality: isGap ? INTERVAL_CODES.estimated : 0, flags: 0 };
}

function isOverLimit(difference: number, gapMs: number, options: IntervalOptions): boolean {
  if (options.maxCountsPerHour === null) return false;
  return Math.abs(difference) > (options.maxCountsPerHour * gapMs) / HOUR_MS + 1;
}

/** Roll-over by LEAKS 4: from the top tenth to the bottom tenth, and no more in between than Q4 lets through. */
function isRollover(state: IntervalState, reading: RegisterReading, options: IntervalOptions): boolean {
  const capacity = options.capacityCounts;
  if (capacity === null) return false;
  const before = Number(state.anchorCounts);
  const after = Number(reading.counts);
  if (before <= 0.9 * capacity || after >= 0.1 * capacity) return false;
  return !isOverLimit(after - before + capacity, reading.readAtMs - state.anchorMs, options);
}

/** Whether boundary `b` is settled by a reading at `readAtMs`; one shortly before it settles it only in a slow series. */
function isResolved(b: number, span: Span, readAtMs: number, periodMs: number): boolean {
  if (b <= readAtMs) return true;
  return b - readAtMs <= SNAP_SHARE * periodMs && span.gapMs >= periodMs / 2;
}

/** How far the register had advanced from the anchor at boundary `b`, and how that is known. */
function registerAtBoundary(b: number, anchorMs: number, span: Span, periodMs: number) {
  const fromAnchorMs = Math.abs(b - anchorMs);
  const toReadingMs = Math.abs(anchorMs + span.gapMs - b);
  if (Math.min(fromAnchorMs, toReadingMs) <= SNAP_SHARE * periodMs) {
    const isReading = toReadingMs <= fromAnchorMs;
    return { advance: isReading ? span.delta : 0, flags: 0, isReading, isAnchor: !isReading };
  }
  const advance = Math.round((span.delta * (b - anchorMs)) / span.gapMs);
  const isLine = span.delta !== 0 && span.gapMs <= LINEAR_PERIODS * periodMs;
  const flags = isLine ? INTERPOLATED : span.gapMs > LINEAR_PERIODS * periodMs ? GAP : 0;
  return { advance, flags, isReading: false, isAnchor: false };
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

/** All intervals of a curve (ascending, repeats removed, as the store gives it); none for fewer than two good readings. */
export function intervalsOf(curve: Curve, options: IntervalOptions): IntervalSeries {
  const builder = new IntervalBuilder(options);
  const rows: EmittedInterval[] = [];
  for (let i = 0; i < curve.length; i++)
    builder.push(readingOf(curve, i), (interval) => {
      rows.push({ ...interval });
    });
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
