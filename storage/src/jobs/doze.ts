import { setTimeout as delay } from "node:timers/promises";

/** The sleep of a loop between two looks, which others may cut short. A wake-up while the loop looks is not lost. */
export class Doze {
  #wake = new AbortController();
  #isEnded = false;

  /** Whether the loop should end. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sleeps until `ms` have passed or somebody wakes or ends it. */
  async sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    if (!this.#isEnded) this.#wake = new AbortController();
  }

  wake(): void {
    this.#wake.abort();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake.abort();
  }
}
