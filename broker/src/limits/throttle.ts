/** What one identity may send in the long run; twice as much at once. */
export interface Rate {
  readonly maxMessagesPerS: number;
  readonly maxBytesPerS: number;
}

// What an identity that was silent may send at once, in seconds of its rate.
const BURST_S = 2;

/** What one identity has left to send; below zero it owes. */
export interface Allowance {
  messages: number;
  bytes: number;
  /** Monotonic ms of the last refill. */
  filledAtMs: number;
}

/**
 * Token buckets, one of messages and one of bytes for each identity, whatever its number of connections.
 *
 * A packet that finds both buckets above zero goes at once. Otherwise it either goes unserved (QoS 0), or is charged and
 * waits until the debt is paid (`reserve`), which stops its socket from being read.
 */
export class Throttle {
  readonly #rate: Rate;
  readonly #nowMs: () => number;
  readonly #allowances = new Map<string, Allowance>();

  constructor(rate: Rate, nowMs: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#nowMs = nowMs;
  }

  /** The buckets of an identity; to be kept for as long as one of its connections lives. */
  allowanceOf(identity: string): Allowance {
    const { maxMessagesPerS, maxBytesPerS } = this.#rate;
    const full = { messages: maxMessagesPerS * BURST_S, bytes: maxBytesPerS * BURST_S, filledAtMs: this.#nowMs() };
    const allowance = this.#allowances.get(identity) ?? full;
    this.#allowances.set(identity, allowance);
    return allowance;
  }

  /** Charges one packet when there is something left; false when there is not, and then nothing is charged. */
  take(allowance: Allowance, bytes: number): boolean {
    this.#fill(allowance);
    if (allowance.messages <= 0 || allowance.bytes <= 0) return false;
    allowance.messages -= 1;
    allowance.bytes -= bytes;
    return true;
  }

  /** Charges one packet in any case, and gives the ms after which it may go. */
  reserve(allowance: Allowance, bytes: number): number {
    this.#fill(allowance);
    allowance.messages -= 1;
    allowance.bytes -= bytes;
    const { maxMessagesPerS, maxBytesPerS } = this.#rate;
    const owedS = Math.max(-allowance.messages / maxMessagesPerS, -allowance.bytes / maxBytesPerS);
    return Math.max(0, Math.ceil(owedS * 1000));
  }

  /** Forgets full buckets of identities that are not `isPresent`: they would be given the same again. */
  sweep(isPresent: (identity: string) => boolean): void {
    for (const [identity, allowance] of this.#allowances) {
      if (isPresent(identity)) continue;
      this.#fill(allowance);
      if (allowance.messages >= this.#rate.maxMessagesPerS * BURST_S) this.#allowances.delete(identity);
    }
  }

  #fill(allowance: Allowance): void {
    const { maxMessagesPerS, maxBytesPerS } = this.#rate;
    const nowMs = this.#nowMs();
    const passedS = (nowMs - allowance.filledAtMs) / 1000;
    allowance.filledAtMs = nowMs;
    allowance.messages = Math.min(maxMessagesPerS * BURST_S, allowance.messages + passedS * maxMessagesPerS);
    allowance.bytes = Math.min(maxBytesPerS * BURST_S, allowance.bytes + passedS * maxBytesPerS);
  }
}
