import { flagsToBits } from "@nightflow/domain";
import type { SlotView } from "./slot-table.ts";

const HOUR_MS = 3_600_000;

/** A reading counts as taken at a boundary of the grid when it lies within this share of the period. */
export const SNAP_SHARE = 0.1;
/** Neighbours at most this many periods apart give a good interpolated boundary. */
const LINEAR_PERIODS = 1.5;
/** A fall of at most this many counts is water running back, not a new register. */
export const BACKFLOW_COUNTS = 10;

const INTERPOLATED = flagsToBits(["interpolated"]);
const GAP = flagsToBits(["gap"]);
const ROLLOVER = flagsToBits(["rollover"]);
/** What one step of the upper half of a 64-bit count is worth. */
const WORD = 4_294_967_296;
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

/** A reading as the machine takes it, filled anew for each: `counts` is high × 2³² + low. */
export interface NextReading {
  readAtMs: number;
  countsHigh: number;
  countsLow: number;
  quality: number;
  flags: number;
  /** Time of the reading that made this one certain. */
  knownAtMs: number;
}

/** What lies between the anchor and the reading that follows it. */
export interface Span {
  gapMs: number;
  delta: number;
  quality: number;
  flags: number;
}

/** How far the register had advanced from the anchor at a boundary, and how that is known. */
export interface Boundary {
  advance: number;
  flags: number;
  isReading: boolean;
  isAnchor: boolean;
}

/** Whatever has counts as two halves. */
export type HasCounts = Pick<NextReading, "countsHigh" | "countsLow">;

/** Counts from one reading to another; exact where the difference of two 64-bit integers is exact as a number, else rounded once. */
export function between(from: HasCounts, to: HasCounts): number {
  return (to.countsHigh - from.countsHigh) * WORD + (to.countsLow - from.countsLow);
}

/** Counts from the anchor to a reading. */
export function sinceAnchor(state: IntervalState, reading: HasCounts): number {
  return (reading.countsHigh - state.anchorCountsHigh) * WORD + (reading.countsLow - state.anchorCountsLow);
}

/** Makes a reading the anchor: the last one that is certain. */
export function anchorAt(state: IntervalState, reading: NextReading): void {
  state.anchorMs = reading.readAtMs;
  state.anchorCountsHigh = reading.countsHigh;
  state.anchorCountsLow = reading.countsLow;
}

/** Begins the grid at the anchor: at once where it stands on a boundary, else the first boundary after it opens it. */
export function startGrid(state: IntervalState, periodMs: number): void {
  const nearest = Math.round(state.anchorMs / periodMs) * periodMs;
  const isOnBoundary = Math.abs(nearest - state.anchorMs) <= SNAP_SHARE * periodMs;
  state.hasBoundary = isOnBoundary ? 1 : 0;
  state.boundaryMs = isOnBoundary ? nearest : Math.floor(state.anchorMs / periodMs) * periodMs;
  state.sinceBoundary = 0;
  state.pieceQuality = 0;
  state.pieceFlags = 0;
  state.isBroken = 0;
}

/** Begins afresh at a reading; what lay before it has no volume. */
export function restartGrid(state: IntervalState, reading: NextReading, periodMs: number): void {
  anchorAt(state, reading);
  startGrid(state, periodMs);
}

/** Keeps a doubtful reading until the next one shows what it was; always false. */
export function hold(state: IntervalState, reading: NextReading): boolean {
  state.hasPending = 1;
  state.pendingMs = reading.readAtMs;
  state.pendingCountsHigh = reading.countsHigh;
  state.pendingCountsLow = reading.countsLow;
  state.pendingFlags = reading.flags;
  return false;
}

/** What lies between the anchor and a reading of the same register. */
export function measure(span: Span, state: IntervalState, reading: NextReading, options: IntervalOptions): void {
  const gapMs = reading.readAtMs - state.anchorMs;
  const difference = sinceAnchor(state, reading);
  span.gapMs = gapMs;
  span.delta = difference;
  span.quality = 0;
  span.flags = 0;
  if (difference < 0 && !options.isSigned) measureFall(span, difference, options);
  else if (isOverLimit(difference, gapMs, options)) {
    span.quality = INTERVAL_CODES.suspect;
    span.flags = OVER_Q4;
  } else if (difference !== 0 && gapMs > LINEAR_PERIODS * options.periodMs) span.quality = INTERVAL_CODES.estimated;
}

function measureFall(span: Span, difference: number, options: IntervalOptions): void {
  const isTop = -difference > BACKFLOW_COUNTS;
  span.delta = isTop ? difference + (options.capacityCounts ?? 0) : difference;
  span.quality = isTop ? 0 : INTERVAL_CODES.suspect;
  span.flags = isTop ? ROLLOVER : REVERSE;
}

function isOverLimit(difference: number, gapMs: number, options: IntervalOptions): boolean {
  if (options.maxCountsPerHour === null) return false;
  return Math.abs(difference) > (options.maxCountsPerHour * gapMs) / HOUR_MS + 1;
}

/** Roll-over by LEAKS 4: from the top tenth to the bottom tenth, and no more in between than Q4 lets through. */
export function isRollover(state: IntervalState, reading: NextReading, options: IntervalOptions): boolean {
  const capacity = options.capacityCounts;
  if (capacity === null) return false;
  const before = state.anchorCountsHigh * WORD + state.anchorCountsLow;
  const after = reading.countsHigh * WORD + reading.countsLow;
  if (before <= 0.9 * capacity || after >= 0.1 * capacity) return false;
  return !isOverLimit(after - before + capacity, reading.readAtMs - state.anchorMs, options);
}

/** Whether boundary `b` is settled by a reading at `readAtMs`; one shortly before it settles it only in a slow series. */
export function isResolved(b: number, span: Span, readAtMs: number, periodMs: number): boolean {
  if (b <= readAtMs) return true;
  return b - readAtMs <= SNAP_SHARE * periodMs && span.gapMs >= periodMs / 2;
}

/** How far the register had advanced at boundary `b`, by the readings on both sides. */
export function settleBoundary(at: Boundary, b: number, anchorMs: number, span: Span, periodMs: number): void {
  const fromAnchorMs = Math.abs(b - anchorMs);
  const toReadingMs = Math.abs(anchorMs + span.gapMs - b);
  if (Math.min(fromAnchorMs, toReadingMs) <= SNAP_SHARE * periodMs) {
    at.isReading = toReadingMs <= fromAnchorMs;
    at.isAnchor = !at.isReading;
    at.advance = at.isReading ? span.delta : 0;
    at.flags = 0;
    return;
  }
  const isLong = span.gapMs > LINEAR_PERIODS * periodMs;
  at.isReading = false;
  at.isAnchor = false;
  at.advance = Math.round((span.delta * (b - anchorMs)) / span.gapMs);
  at.flags = isLong ? GAP : span.delta !== 0 ? INTERPOLATED : 0;
}
