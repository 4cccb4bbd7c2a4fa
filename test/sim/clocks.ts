import type { Clock } from "@nightflow/domain";
import { START_AT_MS } from "./patched-node.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A machine's clock, which may be set. Timers do not follow it. */
export class SettableClock implements Clock {
  readonly #time: VirtualTime;
  offsetMs = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): number {
    return Math.floor(START_AT_MS + this.#time.now() + this.offsetMs);
  }

  toRealMs(durationMs: number): number {
    return durationMs;
  }
}
