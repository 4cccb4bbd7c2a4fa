/** What an agent may send a second and still count as one that brings little: some seven hundred readings. */
const BYTES_A_SECOND = 32 * 1024;
/** What one that was silent may send at once. */
const BURST_BYTES = 64 * 1024;
const FIRST_SWEEP = 1024;

interface Allowance {
  bytes: number;
  filledAtMs: number;
}

/**
 * Tells agents that bring little from those that bring much, by the bytes of each in the last seconds: one that is live from one
 * that catches up, whatever the size of its batches.
 */
export class Allowances {
  readonly #nowMs: () => number;
  readonly #allowances = new Map<string, Allowance>();
  #sweepAt = FIRST_SWEEP;

  /** @param nowMs monotonic. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** How many agents are remembered. */
  get size(): number {
    return this.#allowances.size;
  }

  /** Charges what an agent brings; whether its allowance covers it. */
  covers(agent: string, bytes: number): boolean {
    const allowance = this.#of(agent);
    const isCovered = bytes <= allowance.bytes;
    allowance.bytes = Math.max(0, allowance.bytes - bytes);
    return isCovered;
  }

  #of(agent: string): Allowance {
    const known = this.#allowances.get(agent);
    if (known !== undefined) return this.#filled(known);
    if (this.#allowances.size >= this.#sweepAt) this.#sweep();
    const allowance = { bytes: BURST_BYTES, filledAtMs: this.#nowMs() };
    this.#allowances.set(agent, allowance);
    return allowance;
  }

  #filled(allowance: Allowance): Allowance {
    const nowMs = this.#nowMs();
    const earned = ((nowMs - allowance.filledAtMs) / 1000) * BYTES_A_SECOND;
    allowance.bytes = Math.min(BURST_BYTES, allowance.bytes + earned);
    allowance.filledAtMs = nowMs;
    return allowance;
  }

  // Who has a full allowance would be given the same again.
  #sweep(): void {
    for (const [agent, allowance] of this.#allowances)
      if (this.#filled(allowance).bytes >= BURST_BYTES) this.#allowances.delete(agent);
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#allowances.size);
  }
}
