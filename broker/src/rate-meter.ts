/** Counts per whole second of real time. */
export class RateMeter {
  total = 0;
  perS = 0;
  #before = 0;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      this.perS = this.total - this.#before;
      this.#before = this.total;
    }, 1000).unref();
  }

  count(): void {
    this.total++;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
