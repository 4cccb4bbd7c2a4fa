import type { Curve } from "@nightflow/storage";
import { type EmittedInterval, INTERVAL_SCHEMA, IntervalMachine, type RegisterReading } from "../pure/intervals.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { SlotTable } from "../pure/slot-table.ts";
import { intervalOptionsOf } from "../watched-meter.ts";
import type { CountedIn } from "./counted-in.ts";
import type { HeldDays } from "./held-days.ts";
import { DAY_MS, HOUR_MS, type MeterDay, utcDayOf } from "./meter-day.ts";

const ML_PER_LITRE = 1000;
const GOOD = 0;
const MISSING = 2;
/** Good readings before a late one from which its hours are told anew: one for the line, two for a reading that was held back. */
const READINGS_BEFORE = 3;

/** A reading as it came, with whether it came long after its time. */
export interface ArrivedReading extends RegisterReading {
  readonly isLate: boolean;
}

/** One register at work: its meter, where its hours count, and the days that it writes on. */
export interface RegisterWork {
  readonly meter: MeteredChannel;
  readonly place: CountedIn;
  readonly days: HeldDays;
}

/**
 * Registers to hours: analytics' own intervals, put on hours of UTC. One instance serves all registers, each with its state
 * in a slot of its own: stand on a slot, then read.
 */
export class RegisterHours {
  readonly #table = new SlotTable(INTERVAL_SCHEMA);
  readonly #machine = new IntervalMachine();

  /** Works with the register in `slot` from now on. */
  standOn(slot: number): void {
    this.#table.ensure(slot + 1);
    this.#table.view.slot = slot;
  }

  /** Takes a kept state, or none, into the slot. */
  load(state: Uint8Array | undefined): void {
    this.#table.unpackSlot(this.#table.view.slot, state ?? new Uint8Array(this.#table.packedBytes));
  }

  /** The state in the slot as it is kept. */
  save(): Uint8Array {
    return this.#table.packSlot(this.#table.view.slot);
  }

  /** Newest reading that the state has taken or holds back; null before the first. */
  get newestMs(): number | null {
    const { hasAnchor, anchorMs, hasPending, pendingMs } = this.#table.view;
    if (!hasAnchor) return null;
    return hasPending ? Math.max(anchorMs, pendingMs) : anchorMs;
  }

  /** First hour that the next reading can still change; null before the first. */
  get openFromMs(): number | null {
    return this.#table.view.hasAnchor ? Math.min(this.#table.view.boundaryMs, this.#table.view.anchorMs) : null;
  }

  /** Reads on; `readings` ascending and newer than all before. */
  read(work: RegisterWork, readings: readonly RegisterReading[]): void {
    for (const reading of readings) this.#push(work, reading, Number.NEGATIVE_INFINITY);
  }

  /**
   * Tells the hours anew from what the store holds, because a reading came at `lateMs` behind others: volumes from a little
   * before it are replaced, and the state is that at the curve's end. The days from `replayFrom` on must be held.
   */
  replay(work: RegisterWork, curve: Curve, fromMs: number): void {
    this.load(undefined);
    for (const day of work.days.openFrom(utcDayOf(fromMs))) {
      const hour = Math.ceil((fromMs - day.utcDay * DAY_MS) / HOUR_MS);
      if (hour < 24) day.clearFrom(Math.max(0, hour));
    }
    for (let i = 0; i < curve.length; i++) this.#push(work, readingOf(curve, i), fromMs);
  }

  #push(work: RegisterWork, reading: RegisterReading, fromMs: number): void {
    const { meter } = work;
    this.#machine.push(this.#table.view, reading, intervalOptionsOf(meter), (interval) =>
      addInterval(work, interval, fromMs),
    );
  }
}

/** The hour from which a late reading can change volumes, by the curve around it; a whole step of the grid. */
export function replayFrom(curve: Curve, lateMs: number, periodMs: number): number {
  let before = READINGS_BEFORE;
  let at = curve.length - 1;
  for (; at > 0; at--) if ((curve.readAtMs[at] ?? 0) < lateMs && curve.qualities[at] === GOOD && --before === 0) break;
  const stepMs = Math.max(HOUR_MS, periodMs);
  return Math.floor((curve.readAtMs[Math.max(0, at)] ?? lateMs) / stepMs) * stepMs;
}

/** Notes that readings arrived, arrived late, or were reported missing. */
export function markArrivals(work: RegisterWork, readings: readonly ArrivedReading[]): void {
  for (const { readAtMs, quality, isLate } of readings) {
    // A reading shortly before the grid belongs to the period that it opens.
    const periodMs = Math.max(60_000, work.meter.periodMs);
    const atMs = Math.round(readAtMs / periodMs) * periodMs;
    const day = dayOf(work, utcDayOf(atMs));
    if (quality === MISSING) day.mark(atMs, "missing");
    else if (!day.has(atMs, "arrived")) {
      day.mark(atMs, "arrived");
      if (isLate) day.mark(atMs, "late");
    }
  }
}

/** Puts an interval on its hours; one longer than an hour is spread evenly and counts as estimated. */
function addInterval(work: RegisterWork, interval: EmittedInterval, fromMs: number): void {
  if (interval.quality > 2) return;
  const spanMs = interval.endMs - interval.startMs;
  const ml = Math.round(interval.counts * (work.meter.litresPerCount ?? 0) * ML_PER_LITRE);
  const isGood = interval.quality === GOOD && spanMs <= HOUR_MS;
  let doneMl = 0;
  for (let fromPartMs = interval.startMs; fromPartMs < interval.endMs; ) {
    const endMs = Math.min(interval.endMs, (Math.floor(fromPartMs / HOUR_MS) + 1) * HOUR_MS);
    const upToMl = Math.round((ml * (endMs - interval.startMs)) / spanMs);
    if (fromPartMs >= fromMs) {
      const day = dayOf(work, utcDayOf(fromPartMs));
      const hour = Math.floor((fromPartMs - day.utcDay * DAY_MS) / HOUR_MS);
      day.add(hour, upToMl - doneMl, Math.round((endMs - fromPartMs) / 1000), isGood);
    }
    doneMl = upToMl;
    fromPartMs = endMs;
  }
}

function dayOf({ days, meter, place }: RegisterWork, utcDay: number): MeterDay {
  return days.open(utcDay, meter.periodMs, place);
}

function readingOf(curve: Curve, i: number): RegisterReading {
  return {
    readAtMs: curve.readAtMs[i] ?? 0,
    counts: curve.counts[i] ?? 0n,
    quality: curve.qualities[i] ?? MISSING,
    flags: curve.flags[i] ?? 0,
  };
}
