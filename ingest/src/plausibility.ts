import { flagsToBits, QUALITY_CODES } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";
import { advanceOf, countsAt, type RowBlock } from "./row-block.ts";

/**
 * What registers are judged against: the newest good reading of each, and a suspect one after it that may turn out true.
 * A register that has none holds `-Infinity` as its time.
 */
export class Baselines {
  readonly size: number;
  readonly goodAtMs: Float64Array;
  readonly goodCounts: BigInt64Array;
  readonly goodWords: Int32Array;
  readonly suspectAtMs: Float64Array;
  readonly suspectCounts: BigInt64Array;
  readonly suspectWords: Int32Array;

  /** @param before fewer baselines that it begins with. */
  constructor(size: number, before?: Baselines) {
    this.size = size;
    this.goodAtMs = new Float64Array(size).fill(NEVER);
    this.goodCounts = new BigInt64Array(size);
    this.goodWords = new Int32Array(this.goodCounts.buffer);
    this.suspectAtMs = new Float64Array(size).fill(NEVER);
    this.suspectCounts = new BigInt64Array(size);
    this.suspectWords = new Int32Array(this.suspectCounts.buffer);
    if (before !== undefined) this.#begin(before);
  }

  /** Whether there is anything to judge by. */
  has(at: number): boolean {
    return this.goodAtMs[at] !== NEVER || this.suspectAtMs[at] !== NEVER;
  }

  copy(to: number, baselines: Baselines, from: number): void {
    this.goodAtMs[to] = baselines.goodAtMs[from] ?? NEVER;
    this.goodWords[2 * to] = baselines.goodWords[2 * from] ?? 0;
    this.goodWords[2 * to + 1] = baselines.goodWords[2 * from + 1] ?? 0;
    this.suspectAtMs[to] = baselines.suspectAtMs[from] ?? NEVER;
    this.suspectWords[2 * to] = baselines.suspectWords[2 * from] ?? 0;
    this.suspectWords[2 * to + 1] = baselines.suspectWords[2 * from + 1] ?? 0;
  }

  clear(at: number): void {
    this.goodAtMs[at] = NEVER;
    this.suspectAtMs[at] = NEVER;
  }

  setGood(at: number, rows: RowBlock, row: number): void {
    this.clear(at);
    this.goodAtMs[at] = rows.readAtMs[row] ?? NEVER;
    this.goodWords[2 * at] = rows.words[2 * row] ?? 0;
    this.goodWords[2 * at + 1] = rows.words[2 * row + 1] ?? 0;
  }

  setSuspect(at: number, rows: RowBlock, row: number): void {
    this.suspectAtMs[at] = rows.readAtMs[row] ?? NEVER;
    this.suspectWords[2 * at] = rows.words[2 * row] ?? 0;
    this.suspectWords[2 * at + 1] = rows.words[2 * row + 1] ?? 0;
  }

  #begin({ goodAtMs, goodCounts, suspectAtMs, suspectCounts }: Baselines): void {
    this.goodAtMs.set(goodAtMs);
    this.goodCounts.set(goodCounts);
    this.suspectAtMs.set(suspectAtMs);
    this.suspectCounts.set(suspectCounts);
  }
}

/** A judgement: the flags times two, and one more where the reading is suspect. */
export type Verdict = number;

/** Whether a reading is suspect. */
export function isSuspect(verdict: Verdict): boolean {
  return (verdict & 1) === 1;
}

/** The cause flags of a judgement. */
export function flagsOf(verdict: Verdict): number {
  return verdict >>> 1;
}

const NEVER = Number.NEGATIVE_INFINITY;
const HOUR_MS = 3_600_000;
// Readings are stamped when they arrive, so that the time between two of them is known to about this.
const STAMP_SLACK_MS = 60_000;

const NONE = 0;
const NEGATIVE = flagsToBits(["negative"]);
const ROLLOVER = flagsToBits(["rollover"]);
const OVER_Q4 = flagsToBits(["over_q4"]);
const OVER_DIGITS = flagsToBits(["over_digits"]);

/**
 * Judges a register's reading by what came before it.
 *
 * A reading that falls, or that rises by more than Q4 allows, is suspect; so is one beyond the register's digits. A fall
 * through zero that Q4 allows is a rollover and good. Two readings in a row that agree with one another make a new
 * baseline, so that an exchanged or reset register costs one suspect reading and a spike costs only itself.
 * A reading older than the baseline is not judged: its neighbours are for VEE to look at.
 *
 * `rows` holds the reading at `row`, `baselines` what came before it at `at`; there also goes what the next is judged by.
 */
export function judgeRegister(
  channel: KnownChannel,
  baselines: Baselines,
  at: number,
  rows: RowBlock,
  row: number,
): Verdict {
  const atMs = rows.readAtMs[row] ?? NEVER;
  const goodAtMs = baselines.goodAtMs[at] ?? NEVER;
  const suspectAtMs = baselines.suspectAtMs[at] ?? NEVER;
  const isAgentSure = rows.qualities[row] === QUALITY_CODES.good;
  if (atMs <= goodAtMs || atMs <= suspectAtMs) return verdictOf(!isAgentSure, NONE);
  const digits = digitFlags(channel, rows, row);
  if (digits !== NONE) return verdictOf(true, digits);
  const step = stepFlags(channel, baselines.goodWords, at, atMs - goodAtMs, rows, row);
  const isPlausible =
    !isBad(step) ||
    (suspectAtMs !== NEVER && !isBad(stepFlags(channel, baselines.suspectWords, at, atMs - suspectAtMs, rows, row)));
  if (isPlausible && isAgentSure) baselines.setGood(at, rows, row);
  else baselines.setSuspect(at, rows, row);
  if (!isPlausible) return verdictOf(true, step);
  return verdictOf(!isAgentSure, isBad(step) ? NONE : step);
}

function verdictOf(isSuspect: boolean, flags: number): Verdict {
  return flags * 2 + (isSuspect ? 1 : 0);
}

function isBad(flags: number): boolean {
  return flags !== NONE && flags !== ROLLOVER;
}

// A net total is forward minus reverse: it may fall, and below zero.
function digitFlags(channel: KnownChannel, rows: RowBlock, row: number): number {
  const counts = countsAt(rows.words, row);
  if (counts < 0 && channel.quantity !== "net_total") return NEGATIVE;
  return isBeyond(channel.capacityCounts, counts, rows, row) ? OVER_DIGITS : NONE;
}

function isBeyond(capacity: number | null, counts: number, rows: RowBlock, row: number): boolean {
  if (capacity === null) return false;
  if (Number.isSafeInteger(counts)) return Math.abs(counts) >= capacity;
  const exact = rows.counts[row] ?? 0n;
  return (exact < 0n ? -exact : exact) >= capacity;
}

// `elapsedMs` is infinite where nothing came before.
function stepFlags(
  channel: KnownChannel,
  from: Int32Array,
  at: number,
  elapsedMs: number,
  rows: RowBlock,
  row: number,
): number {
  if (elapsedMs === Number.POSITIVE_INFINITY) return NONE;
  const advance = advanceOf(rows.words, row, from, at);
  const most = mostCounts(channel, elapsedMs);
  if (channel.quantity === "net_total") return Math.abs(advance) > most ? OVER_Q4 : NONE;
  if (advance < 0) return isRollover(channel, -advance, countsAt(rows.words, row), most) ? ROLLOVER : NEGATIVE;
  return advance > most ? OVER_Q4 : NONE;
}

// One count more than Q4 gives: both ends are rounded.
function mostCounts(channel: KnownChannel, elapsedMs: number): number {
  if (channel.maxCountsPerHour === null) return Number.POSITIVE_INFINITY;
  return (channel.maxCountsPerHour * (elapsedMs + STAMP_SLACK_MS)) / HOUR_MS + 1;
}

function isRollover(channel: KnownChannel, fall: number, counts: number, most: number): boolean {
  const capacity = channel.capacityCounts;
  if (capacity === null || fall <= capacity / 2) return false;
  if (most !== Number.POSITIVE_INFINITY) return capacity - fall <= most;
  return counts + fall >= capacity * 0.9 && counts <= capacity * 0.1;
}
