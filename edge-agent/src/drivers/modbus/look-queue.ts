import type { Exchange, LineRequest } from "./line.ts";

/** A look that does not fit into idle time may cost the polls one part in this many of the bus. */
const SHARE = 10;
/** Kept free in front of the next poll. */
const MARGIN_MS = 5;
/** Questions that may wait. */
const MAX_LOOKS = 8;
const GONE: Exchange = { answer: { kind: "disconnected", wasAsked: false }, tookMs: 0 };

interface Look {
  readonly timeoutMs: number;
  readonly run: () => Promise<void>;
  readonly drop: () => void;
}

/** Questions of somebody who looks at a line: they go in idle time, or else take a small share of the bus. */
export class LookQueue {
  readonly #looks: Look[] = [];
  readonly #wake: () => void;
  readonly #realNow: () => number;
  #mayCostAtRealMs = 0;
  #isClosed = false;

  /** `wake` is called for each question that has been put in. */
  constructor(wake: () => void, realNow: () => number) {
    this.#wake = wake;
    this.#realNow = realNow;
  }

  /** What `ask` gives in its turn; `disconnected` where the bus ends before, or too many wait. */
  add({ timeoutMs }: LineRequest, ask: () => Promise<Exchange>): Promise<Exchange> {
    if (this.#isClosed || this.#looks.length >= MAX_LOOKS) return Promise.resolve(GONE);
    return new Promise((resolve) => {
      const run = async () => {
        const beganMs = this.#realNow();
        const exchange = await ask();
        const endedMs = this.#realNow();
        this.#mayCostAtRealMs = endedMs + (endedMs - beganMs) * (SHARE - 1);
        resolve(exchange);
      };
      this.#looks.push({ timeoutMs, run, drop: () => resolve(GONE) });
      this.#wake();
    });
  }

  /** The next question, to be put now: when the bus has so much idle time, or its share has come. */
  next(idleRealMs: number): (() => Promise<void>) | undefined {
    const [look] = this.#looks;
    if (look === undefined) return undefined;
    const mayGo = look.timeoutMs + MARGIN_MS <= idleRealMs || this.waitMs() <= 0;
    return mayGo ? this.#looks.shift()?.run : undefined;
  }

  /** How long until a question may cost the polls something; endless where none waits. */
  waitMs(): number {
    if (this.#looks.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#mayCostAtRealMs - this.#realNow());
  }

  /** Takes no more and drops those that wait. */
  close(): void {
    this.#isClosed = true;
    for (const { drop } of this.#looks.splice(0)) drop();
  }
}
