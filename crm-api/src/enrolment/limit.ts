import { TooManyAttemptsProblem } from "../http/problems.ts";

interface Window {
  count: number;
  readonly untilMs: number;
}

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;
const ALL = "all";
const ALL_SHARE = 10;

/** Counts requests to join by address and in all, a minute at a time, in memory of this process and bounded. */
export class JoinLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts one request. @throws {TooManyAttemptsProblem} when there were too many, before anything is looked at. */
  take(address: string): void {
    this.#count(`address ${address}`, this.#perMinute);
    this.#count(ALL, this.#perMinute * ALL_SHARE);
  }

  #count(key: string, allowed: number): void {
    const window = this.#current(key);
    if (window.count >= allowed) throw new TooManyAttemptsProblem((window.untilMs - this.#now()) / 1000);
    window.count++;
  }

  #current(key: string): Window {
    const found = this.#windows.get(key);
    if (found !== undefined && found.untilMs > this.#now()) return found;
    this.#windows.delete(key);
    // The first is the oldest; the count of all is made anew when it goes.
    const oldest = this.#windows.keys().next();
    if (this.#windows.size >= MOST_ADDRESSES && !oldest.done) this.#windows.delete(oldest.value);
    const window = { count: 0, untilMs: this.#now() + WINDOW_MS };
    this.#windows.set(key, window);
    return window;
  }
}
