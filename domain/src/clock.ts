import { z } from "zod";

/** Business time: readings, schedules, SLA. Sessions, certificates and time-outs use real time instead. */
export interface Clock {
  /** Now, in epoch milliseconds, UTC. */
  now(): number;
  /** Real milliseconds that pass while `durationMs` of this clock do; what a timer must be given. */
  toRealMs(durationMs: number): number;
}

/** The machine's clock. */
export const realClock: Clock = { now: () => Date.now(), toRealMs: (durationMs) => durationMs };

/** A clock that moves only when told to; for tests and simulation. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  toRealMs(durationMs: number): number {
    return durationMs;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}

/** What fixes a scaled clock; written once to the data directory and read by every process. */
export const ClockAnchor = z.strictObject({
  realAnchorAt: z.int().meta({ description: "Real instant at which the scaled clock starts to run.", unit: "ms" }),
  simAnchorAt: z.int().meta({ description: "What the scaled clock shows at that instant.", unit: "ms" }),
  factor: z.number().positive().meta({ description: "Scaled seconds per real second." }),
});
export type ClockAnchor = z.infer<typeof ClockAnchor>;

/** A clock that runs `factor` times as fast as the real one; it stands at `simAnchorAt` until `realAnchorAt`. */
export class ScaledClock implements Clock {
  readonly anchor: ClockAnchor;
  readonly #real: Clock;

  constructor(anchor: ClockAnchor, real: Clock = realClock) {
    this.anchor = anchor;
    this.#real = real;
  }

  now(): number {
    const elapsedMs = Math.max(0, this.#real.now() - this.anchor.realAnchorAt);
    return Math.floor(this.anchor.simAnchorAt + elapsedMs * this.anchor.factor);
  }

  toRealMs(durationMs: number): number {
    return durationMs / this.anchor.factor;
  }

  /** Real milliseconds until this clock shows `atMs`; never negative. */
  realMsUntil(atMs: number): number {
    if (atMs <= this.now()) return 0;
    const realAtMs = this.anchor.realAnchorAt + (atMs - this.anchor.simAnchorAt) / this.anchor.factor;
    return Math.max(0, realAtMs - this.#real.now());
  }
}

/** Real milliseconds until `clock` shows `atMs`, for any clock; never negative. */
export function realMsUntil(clock: Clock, atMs: number): number {
  if (clock instanceof ScaledClock) return clock.realMsUntil(atMs);
  return Math.max(0, clock.toRealMs(atMs - clock.now()));
}
