const BUCKETS = 60;

/** How much of the last minute a line was in use, by monotonic real milliseconds. */
export class LoadMeter {
  readonly #busyMs = new Float64Array(BUCKETS);
  readonly #seconds = new Float64Array(BUCKETS).fill(-1);
  readonly #startedAtRealMs: number;

  constructor(nowRealMs: number) {
    this.#startedAtRealMs = nowRealMs;
  }

  /** The line was in use from one instant to another; longer than a minute counts as a minute. */
  add(fromRealMs: number, toRealMs: number): void {
    for (let atMs = Math.max(fromRealMs, toRealMs - BUCKETS * 1000); atMs < toRealMs; ) {
      const second = Math.floor(atMs / 1000);
      const endMs = Math.min(toRealMs, (second + 1) * 1000);
      const bucket = second % BUCKETS;
      if (this.#seconds[bucket] !== second) this.#busyMs[bucket] = 0;
      this.#seconds[bucket] = second;
      this.#busyMs[bucket] = (this.#busyMs[bucket] ?? 0) + endMs - atMs;
      atMs = endMs;
    }
  }

  /** Share of the last minute, or of the time since the start. */
  share(nowRealMs: number): number {
    const oldest = Math.floor(nowRealMs / 1000) - BUCKETS;
    let busyMs = 0;
    for (let at = 0; at < BUCKETS; at++) if ((this.#seconds[at] ?? -1) > oldest) busyMs += this.#busyMs[at] ?? 0;
    const spanMs = Math.min(BUCKETS * 1000, Math.max(1, nowRealMs - this.#startedAtRealMs));
    return Math.min(1, busyMs / spanMs);
  }
}
