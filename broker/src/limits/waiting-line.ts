interface Waiting {
  readonly dueAtMs: number;
  readonly go: () => void;
}

/**
 * What waits for its turn, in the order it came: timers of its own for each would overtake one another by a millisecond,
 * and messages of one connection must not.
 */
export class WaitingLine {
  readonly #waiting: Waiting[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Calls `go` after `waitMs`, and after everything that is in the line already. */
  add(waitMs: number, go: () => void): void {
    this.#waiting.push({ dueAtMs: this.#nowMs() + waitMs, go });
    if (this.#waiting.length === 1) this.#waitForHead();
  }

  #waitForHead(): void {
    const [head] = this.#waiting;
    if (head !== undefined) setTimeout(() => this.#advance(), Math.max(0, head.dueAtMs - this.#nowMs())).unref();
  }

  #advance(): void {
    const now = this.#nowMs();
    let due = 0;
    while ((this.#waiting[due]?.dueAtMs ?? Number.POSITIVE_INFINITY) <= now) due++;
    // They stay in the line until they have gone, so that what they set off comes behind them.
    for (const { go } of this.#waiting.slice(0, due)) go();
    this.#waiting.splice(0, due);
    this.#waitForHead();
  }
}
