import type { UnitHealth } from "@nightflow/domain";

const POLLS = 100;
const ANSWERS = 64;

/** How a unit fared of late: polls, answers and how long they took. */
export class UnitRecord {
  readonly #whole = new Uint8Array(POLLS);
  readonly #tookMs = new Float32Array(ANSWERS);
  #answers = 0;
  #timeouts = 0;
  #exceptions = 0;
  #polls = 0;
  #failures = 0;

  /** A poll is over; whole when every register was read. */
  poll(isWhole: boolean): void {
    this.#whole[this.#polls++ % POLLS] = Number(isWhole);
    if (!isWhole) this.#failures++;
  }

  answer(tookMs: number): void {
    this.#tookMs[this.#answers++ % ANSWERS] = tookMs;
  }

  timeout(): void {
    this.#timeouts++;
  }

  exception(): void {
    this.#exceptions++;
  }

  numbers(): Pick<
    UnitHealth,
    "polls" | "failures" | "timeouts" | "exceptions" | "successRatio" | "latencyMs" | "latencyMaxMs"
  > {
    const polls = Math.min(this.#polls, POLLS);
    const took = this.#tookMs.slice(0, Math.min(this.#answers, ANSWERS)).sort();
    const whole = this.#whole.subarray(0, polls).reduce((sum, one) => sum + one, 0);
    return {
      polls: this.#polls,
      failures: this.#failures,
      timeouts: this.#timeouts,
      exceptions: this.#exceptions,
      ...(polls > 0 && { successRatio: whole / polls }),
      latencyMs: tenths(took[took.length >> 1]),
      latencyMaxMs: tenths(took.at(-1)),
    };
  }
}

function tenths(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
