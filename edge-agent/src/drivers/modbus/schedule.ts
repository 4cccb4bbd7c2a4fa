import { type Clock, realMsUntil } from "@nightflow/domain";
import { Backoff } from "../../backoff.ts";

/** What a bus does next. Instants are of the clock, `…RealMs` is real time. */
export type BusAction =
  | { readonly kind: "poll"; readonly unit: number; readonly group: number }
  /** The period has come, but the unit is in quarantine: say so without asking it. */
  | { readonly kind: "absent"; readonly unit: number; readonly group: number }
  /** Ask a unit in quarantine whether it is back, for at most this long. */
  | { readonly kind: "probe"; readonly unit: number; readonly maxRealMs: number }
  | { readonly kind: "wait"; readonly realMs: number };

/** What is read of a unit at one period. */
export interface ScheduledGroup {
  readonly periodMs: number;
  /** How long after the boundary of the period it is due. */
  readonly phaseMs: number;
}

/** One unit of a bus. */
export interface ScheduledUnit {
  readonly timeoutMs: number;
  readonly groups: readonly ScheduledGroup[];
}

export interface ScheduleDeps {
  readonly units: readonly ScheduledUnit[];
  readonly clock: Clock;
  readonly random?: () => number;
}

/**
 * Polls without any answer in a row, after which a unit is in quarantine. One, which has its repeats: a second would cost the
 * others as much again, and a unit that only missed one is probed within a second and then polled at once.
 */
export const FAILURES_TO_QUARANTINE = 1;

/** A probe shorter than this would only prove that the unit is slow. */
const SHORTEST_PROBE_MS = 50;
/** Kept free in front of the next poll when a probe fills an idle time. */
const PROBE_MARGIN_MS = 10;
/** A probe that does not fit into idle time may cost the other units one part in this many of the bus. */
const FORCED_PROBE_SHARE = 200;
/** A skipped poll weighs as much as so many that were on time. */
const SKIP_WEIGHT = 3;
/** From here on a period counts as too short for its bus. */
const TOO_SHORT = 6;

interface Slot extends ScheduledGroup {
  readonly unit: number;
  readonly group: number;
  dueAt: number;
  /** Rises with each skipped poll, falls with each that was on time. */
  strain: number;
}

interface Standing {
  readonly timeoutMs: number;
  failures: number;
  /** Real-time instant of the next probe, counted by `nowRealMs`; null when not in quarantine. */
  probeAtRealMs: number | null;
  readonly backoff: Backoff;
}

/**
 * Decides which unit of a bus is asked next; pure, so that a day passes in a millisecond of test. Each group of a unit is due
 * at the boundaries of its period's fixed UTC grid, each at its own phase. A unit that does not answer is put into quarantine
 * and only probed in the bus's idle time, so that the others keep their period. A boundary that passed unserved is skipped
 * and counted, never made up for: queues that pile up are how buses die.
 */
export class BusSchedule {
  readonly #slots: Slot[];
  readonly #units: Standing[];
  readonly #deps: ScheduleDeps;
  #skipped = 0;
  /** The last probe that cost the others time, or the first quarantine: to be set apart has cost them enough. */
  #forcedProbeAtRealMs: number | undefined;

  constructor(deps: ScheduleDeps) {
    this.#deps = deps;
    const nowMs = deps.clock.now();
    this.#slots = deps.units.flatMap(({ groups }, unit) =>
      groups.map((group, at) => ({
        ...group,
        unit,
        group: at,
        // The first poll is at once, whatever the phase.
        dueAt: boundaryAtOrBefore(nowMs, group.periodMs),
        strain: 0,
      })),
    );
    this.#units = deps.units.map(({ timeoutMs, groups }) => {
      const periodMs = Math.min(...groups.map((group) => group.periodMs), 86_400_000);
      const backoff = new Backoff(probeLimits(deps.clock.toRealMs(periodMs)), deps.random);
      return { timeoutMs, failures: 0, probeAtRealMs: null, backoff };
    });
  }

  /** Boundaries that passed without a poll because the bus was busy. */
  get skipped(): number {
    return this.#skipped;
  }

  isQuarantined(unit: number): boolean {
    return this.#units[unit]?.probeAtRealMs !== null;
  }

  /** Whether the bus has failed to keep a period of the unit, again and again. */
  isTooShort(unit: number): boolean {
    return this.#slots.some((slot) => slot.unit === unit && slot.strain >= TOO_SHORT);
  }

  /** Polling begins now, be it long after the schedule was made: boundaries that passed before were never this bus's. */
  begin(): void {
    for (const unit of this.#units.keys()) this.dueNow(unit);
  }

  /** What to do now. A poll or an absence given here counts as begun: its boundary is not offered again. */
  next(nowRealMs: number): BusAction {
    const nowMs = this.#deps.clock.now();
    this.#followClockBack(nowMs);
    const slot = this.#mostOverdue();
    if (slot !== undefined && slot.dueAt <= nowMs) return this.#begin(slot, nowMs);
    const idleRealMs = slot === undefined ? Number.POSITIVE_INFINITY : realMsUntil(this.#deps.clock, slot.dueAt);
    return (
      this.#probe(idleRealMs, nowRealMs) ?? {
        kind: "wait",
        realMs: Math.min(idleRealMs, this.#untilProbe(nowRealMs)),
      }
    );
  }

  /** The unit answered something, be it an exception. */
  answered(unit: number): void {
    const standing = this.#units[unit];
    if (standing === undefined) return;
    standing.failures = 0;
    standing.probeAtRealMs = null;
    standing.backoff.reset();
  }

  /** The unit did not answer a poll or a probe. */
  silent(unit: number, nowRealMs: number): void {
    const standing = this.#units[unit];
    if (standing === undefined) return;
    standing.failures++;
    this.#forcedProbeAtRealMs ??= nowRealMs;
    if (standing.failures >= FAILURES_TO_QUARANTINE) standing.probeAtRealMs = nowRealMs + standing.backoff.next();
  }

  /** Makes a unit due at once for the boundary that has begun, as after its return or the line's. */
  dueNow(unit: number): void {
    for (const slot of this.#slots)
      if (slot.unit === unit) slot.dueAt = boundaryAtOrBefore(this.#deps.clock.now(), slot.periodMs);
  }

  /**
   * A unit in quarantine has answered a probe: it is asked in full at once. Its back-off stays until it answers that, for
   * some answer what is short and nothing else.
   */
  returned(unit: number): void {
    const standing = this.#units[unit];
    if (standing === undefined) return;
    standing.failures = 0;
    standing.probeAtRealMs = null;
    this.dueNow(unit);
  }

  /** Ends a unit's quarantine, as an operator does who has mended it. */
  forgive(unit: number): void {
    this.answered(unit);
    this.dueNow(unit);
  }

  /** A clock that was set back would leave units due when it comes there again: in an hour, or in ten years. */
  #followClockBack(nowMs: number): void {
    for (const slot of this.#slots) {
      const nextAt = boundaryAtOrBefore(nowMs, slot.periodMs) + slot.periodMs + slot.phaseMs;
      if (slot.dueAt > nextAt) slot.dueAt = nextAt;
    }
  }

  #mostOverdue(): Slot | undefined {
    let first = this.#slots[0];
    for (const slot of this.#slots) if (slot.dueAt < (first?.dueAt ?? 0)) first = slot;
    return first;
  }

  #begin(slot: Slot, nowMs: number): BusAction {
    const { unit, group, periodMs, phaseMs } = slot;
    const boundaryAt = boundaryAtOrBefore(nowMs - phaseMs, periodMs);
    const isQuarantined = this.isQuarantined(unit);
    const missed = isQuarantined ? 0 : Math.max(0, Math.round((boundaryAt + phaseMs - slot.dueAt) / periodMs));
    this.#skipped += missed;
    slot.strain = missed > 0 ? Math.min(TOO_SHORT * 2, slot.strain + SKIP_WEIGHT) : Math.max(0, slot.strain - 1);
    slot.dueAt = boundaryAt + periodMs + phaseMs;
    return { kind: isQuarantined ? "absent" : "poll", unit, group };
  }

  /** A probe that fits into the idle time, or one that has waited so long that it may cost the others a little. */
  #probe(idleRealMs: number, nowRealMs: number): BusAction | undefined {
    const unit = this.#units.findIndex(({ probeAtRealMs }) => probeAtRealMs !== null && probeAtRealMs <= nowRealMs);
    const timeoutMs = this.#units[unit]?.timeoutMs;
    if (timeoutMs === undefined) return undefined;
    const fittingMs = Math.min(timeoutMs, idleRealMs - PROBE_MARGIN_MS);
    const sinceForcedMs = nowRealMs - (this.#forcedProbeAtRealMs ?? nowRealMs);
    const mayForce = sinceForcedMs >= timeoutMs * FORCED_PROBE_SHARE;
    if (fittingMs < timeoutMs && mayForce) {
      this.#forcedProbeAtRealMs = nowRealMs;
      return { kind: "probe", unit, maxRealMs: timeoutMs };
    }
    return fittingMs >= Math.min(timeoutMs, SHORTEST_PROBE_MS)
      ? { kind: "probe", unit, maxRealMs: fittingMs }
      : undefined;
  }

  #untilProbe(nowRealMs: number): number {
    let waitMs = Number.POSITIVE_INFINITY;
    for (const { probeAtRealMs } of this.#units)
      if (probeAtRealMs !== null && probeAtRealMs > nowRealMs) waitMs = Math.min(waitMs, probeAtRealMs - nowRealMs);
    return waitMs;
  }
}

/** The last boundary of a period's fixed UTC grid that is not after `atMs`. */
export function boundaryAtOrBefore(atMs: number, periodMs: number): number {
  return Math.floor(atMs / periodMs) * periodMs;
}

/** Probes wait between one second and five minutes; under a fast clock at most eight periods, so that a day shows a return. */
function probeLimits(periodRealMs: number) {
  return { firstMs: 1000, maxMs: Math.min(300_000, Math.max(5000, periodRealMs * 8)) };
}
