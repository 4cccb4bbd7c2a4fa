import { setImmediate } from "node:timers/promises";
import type { Clock } from "@nightflow/domain";
import type { Timers } from "../timers.ts";

interface Alarm {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock and the timers that follow it; time passes only in `run`. For tests. */
export class FakeTime implements Clock, Timers {
  #nowMs: number;
  readonly #alarms = new Set<Alarm>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  toRealMs(durationMs: number): number {
    return durationMs;
  }

  after(ms: number, wake: () => void): () => void {
    const alarm = { at: this.#nowMs + ms, wake };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Lets time pass, alarm by alarm; between them everything that waits for promises goes on. */
  async run(durationMs: number): Promise<void> {
    const endAt = this.#nowMs + durationMs;
    for (;;) {
      await setImmediate();
      const next = [...this.#alarms].filter(({ at }) => at <= endAt).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.at);
      next.wake();
    }
    this.#nowMs = endAt;
  }
}
