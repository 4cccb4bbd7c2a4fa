const MINUTE_MS = 60_000;

/**
 * How often a client id may change its connection. The newer connection wins, but two devices that share an identity
 * would throw each other out for ever: beyond the limit the one that is there stays.
 */
export class TakeoverLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #takenAt = new Map<string, number[]>();

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Whether `clientId` may be taken over once more; counts it when it may. */
  admits(clientId: string): boolean {
    const now = this.#now();
    const recent = (this.#takenAt.get(clientId) ?? []).filter((at) => now - at < MINUTE_MS);
    const isWithin = recent.length < this.#perMinute;
    if (isWithin) recent.push(now);
    this.#takenAt.set(clientId, recent);
    return isWithin;
  }

  /** Forgets what is older than a minute. */
  sweep(): void {
    const now = this.#now();
    for (const [clientId, takenAt] of this.#takenAt)
      if (takenAt.every((at) => now - at >= MINUTE_MS)) this.#takenAt.delete(clientId);
  }
}
