import { flagsToBits } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";

/** A register's value at an instant. */
export interface Point {
  readonly atMs: number;
  readonly counts: bigint;
}

/** What a register is judged against: its newest good reading, and a suspect one after it that may turn out true. */
export interface Baseline {
  readonly good: Point | undefined;
  readonly suspect: Point | undefined;
}

/** Nothing known of a register yet. */
export const NO_BASELINE: Baseline = { good: undefined, suspect: undefined };

/** The judgement of one reading, and what the next one is judged against. */
export interface Verdict {
  readonly isSuspect: boolean;
  readonly flags: number;
  readonly baseline: Baseline;
}

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
 */
export function judgeRegister(channel: KnownChannel, before: Baseline, now: Point, isAgentSure: boolean): Verdict {
  if (now.atMs <= newestAt(before)) return { isSuspect: !isAgentSure, flags: NONE, baseline: before };
  const digits = digitFlags(channel, now.counts);
  if (digits !== NONE) return { isSuspect: true, flags: digits, baseline: before };
  const step = stepFlags(channel, before.good, now);
  const isPlausible = !isBad(step) || (before.suspect !== undefined && !isBad(stepFlags(channel, before.suspect, now)));
  if (!isPlausible) return { isSuspect: true, flags: step, baseline: { good: before.good, suspect: now } };
  const flags = isBad(step) ? NONE : step;
  if (!isAgentSure) return { isSuspect: true, flags, baseline: { good: before.good, suspect: now } };
  return { isSuspect: false, flags, baseline: { good: now, suspect: undefined } };
}

function newestAt(baseline: Baseline): number {
  return Math.max(baseline.good?.atMs ?? Number.NEGATIVE_INFINITY, baseline.suspect?.atMs ?? Number.NEGATIVE_INFINITY);
}

function isBad(flags: number): boolean {
  return flags !== NONE && flags !== ROLLOVER;
}

// A net total is forward minus reverse: it may fall, and below zero.
function digitFlags(channel: KnownChannel, counts: bigint): number {
  if (counts < 0n && channel.quantity !== "net_total") return NEGATIVE;
  const size = counts < 0n ? -counts : counts;
  return channel.capacityCounts !== null && size >= channel.capacityCounts ? OVER_DIGITS : NONE;
}

function stepFlags(channel: KnownChannel, from: Point | undefined, to: Point): number {
  if (from === undefined) return NONE;
  const advance = Number(to.counts - from.counts);
  const most = mostCounts(channel, to.atMs - from.atMs);
  if (channel.quantity === "net_total") return Math.abs(advance) > most ? OVER_Q4 : NONE;
  if (advance < 0) return isRollover(channel, from, to, most) ? ROLLOVER : NEGATIVE;
  return advance > most ? OVER_Q4 : NONE;
}

// One count more than Q4 gives: both ends are rounded.
function mostCounts(channel: KnownChannel, elapsedMs: number): number {
  if (channel.maxCountsPerHour === null) return Number.POSITIVE_INFINITY;
  return (channel.maxCountsPerHour * (elapsedMs + STAMP_SLACK_MS)) / HOUR_MS + 1;
}

function isRollover(channel: KnownChannel, from: Point, to: Point, most: number): boolean {
  const capacity = channel.capacityCounts;
  if (capacity === null) return false;
  const fall = Number(from.counts - to.counts);
  if (fall <= capacity / 2) return false;
  if (most !== Number.POSITIVE_INFINITY) return capacity - fall <= most;
  return Number(from.counts) >= capacity * 0.9 && Number(to.counts) <= capacity * 0.1;
}
