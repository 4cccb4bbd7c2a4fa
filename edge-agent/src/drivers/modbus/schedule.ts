import { type Clock, realMsUntil } from "@nightflow/domain";
import { Backoff } from "../../backoff.ts";

/** What a bus does next. Instants are of the clock, `…RealMs` is real time. */
export type BusAction =
  | { readonly kind: "poll"; readonly unit: number }
  /** The unit's period has come, but it is in quarantine: say so without asking it. */
  | { readonly kind: "absent"; readonly unit: number }
  /** Ask a unit in quarantine whether it is back, for at most this long. */
  | { readonly kind: "probe"; readonly unit: number; readonly maxRealMs: number }
  | { readonly kind: "wait"; readonly realMs: number };

export interface ScheduleDeps {
  readonly periodsMs: readonly number[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** Polls without any answer in a row, after which a unit is in quarantine. */
export const FAILURES_TO_QUARANTINE = 2;

/** A probe shorter than this would only prove that the unit is slow. */
const SHORTEST_PROBE_MS = 50;
/** Kept free in front of the next poll when a probe fills an idle time. */
const PROBE_MARGIN_MS = 10;
/** A probe that does not fit into idle time may cost the other units one part in this many of the bus. */
const FORCED_PROBE_SHARE = 100;

interface Slot {
  readonly periodMs: number;
  dueAt: number;
  failures: number;
  /** Real-time instant of the next probe, counted by `nowRealMs`; null when not in quarantine. */
  probeAtRealMs: number | null;
  readonly backoff: Backoff;
}

/**
 * Decides which unit of a bus is asked next; pure, so that a day passes in a millisecond of test. Each unit is due at
 * the boundaries of its period's fixed UTC grid. A unit that does not answer is put into quarantine and only probed
 * in the bus's idle time, so that the others keep their period. A boundary that passed unserved is skipped and
 * counted, never made up for: queues that pile up are how buses die.
 */
export class BusSchedule {
  readonly #slots: Slot[];
  readonly #deps: ScheduleDeps;
  #skipped = 0;
  #forcedProbeAtRealMs = Number.NEGATIVE_INFINITY;

  constructor(deps: ScheduleDeps) {
    this.#deps = deps;
    this.#slots = deps.periodsMs.map((periodMs) => ({
      periodMs,
      dueAt: boundaryAtOrBefore(deps.clock.now(), periodMs),
      failures: 0,
      probeAtRealMs: null,
      backoff: new Backoff(probeLimits(deps.clock.toRealMs(periodMs)), deps.random),
    }));
  }

  /** Boundaries that passed without a poll because the bus was busy. */
  get skipped(): number {
    return this.#skipped;
  }

  isQuarantined(unit: number): boolean {
    return this.#slots[unit]?.probeAtRealMs !== null;
  }

  /** What to do now. A poll or an absence given here counts as begun: its boundary is not offered again. */
  next(nowRealMs: number): BusAction {
    const nowMs = this.#deps.clock.now();
    this.#followClockBack(nowMs);
    const unit = this.#mostOverdue();
    const slot = this.#slots[unit];
    if (slot === undefined) return { kind: "wait", realMs: 1000 };
    if (slot.dueAt <= nowMs) return this.#begin(unit, slot, nowMs);
    const idleRealMs = realMsUntil(this.#deps.clock, slot.dueAt);
    return (
      this.#probe(idleRealMs, nowRealMs) ?? { kind: "wait", realMs: Math.min(idleRealMs, this.#untilProbe(nowRealMs)) }
    );
  }

  /** The unit answered something, be it an exception. */
  answered(unit: number): void {
    const slot = this.#slots[unit];
    if (slot === undefined) return;
    slot.failures = 0;
    slot.probeAtRealMs = null;
    slot.backoff.reset();
  }

  /** The unit did not answer a poll or a probe. */
  silent(unit: number, nowRealMs: number): void {
    const slot = this.#slots[unit];
    if (slot === undefined) return;
    slot.failures++;
    if (slot.failures >= FAILURES_TO_QUARANTINE) slot.probeAtRealMs = nowRealMs + slot.backoff.next();
  }

  /** Makes a unit due at once for the boundary that has begun, as after its return or the line's. */
  dueNow(unit: number): void {
    const slot = this.#slots[unit];
    if (slot !== undefined) slot.dueAt = boundaryAtOrBefore(this.#deps.clock.now(), slot.periodMs);
  }

  /** A clock that was set back would leave units due when it comes there again: in an hour, or in ten years. */
  #followClockBack(nowMs: number): void {
    for (const slot of this.#slots) {
      const nextAt = boundaryAtOrBefore(nowMs, slot.periodMs) + slot.periodMs;
      if (slot.dueAt > nextAt) slot.dueAt = nextAt;
    }
  }

  #mostOverdue(): number {
    let first = 0;
    for (const [unit, slot] of this.#slots.entries()) if (slot.dueAt < (this.#slots[first]?.dueAt ?? 0)) first = unit;
    return first;
  }

  #begin(unit: number, slot: Slot, nowMs: number): BusAction {
    const boundaryAt = boundaryAtOrBefore(nowMs, slot.periodMs);
    const isQuarantined = slot.probeAtRealMs !== null;
    if (!isQuarantined) this.#skipped += (boundaryAt - slot.dueAt) / slot.periodMs;
    slot.dueAt = boundaryAt + slot.periodMs;
    return { kind: isQuarantined ? "absent" : "poll", unit };
  }

  /** A probe that fits into the idle time, or one that has waited so long that it may cost the others a little. */
  #probe(idleRealMs: number, nowRealMs: number): BusAction | undefined {
    const unit = this.#slots.findIndex(({ probeAtRealMs }) => probeAtRealMs !== null && probeAtRealMs <= nowRealMs);
    if (unit === -1) return undefined;
    const { timeoutMs } = this.#deps;
    const fittingMs = Math.min(timeoutMs, idleRealMs - PROBE_MARGIN_MS);
    const mayForce = nowRealMs - this.#forcedProbeAtRealMs >= timeoutMs * FORCED_PROBE_SHARE;
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
    for (const { probeAtRealMs } of this.#slots)
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
