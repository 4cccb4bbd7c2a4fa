/** Orders that may wait for a bus. */
const MAX_ORDERS = 100;

/** Orders of people that wait for their turn on a bus; those beyond a bound are refused at once. */
export class OrderQueue {
  readonly #orders: (() => Promise<void>)[] = [];
  readonly #wake: () => void;
  #isClosed = false;

  /** `wake` is called for each order that has been put in. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** What `run` gives in its turn; `refusal` where too many wait, or none is taken any more. */
  add<Result>(refusal: Result, run: () => Promise<Result>): Promise<Result> {
    if (this.#orders.length >= MAX_ORDERS || this.#isClosed) return Promise.resolve(refusal);
    return new Promise((resolve, reject) => {
      // A fault is the order's own: the bus that runs it goes on.
      this.#orders.push(() => run().then(resolve, reject));
      this.#wake();
    });
  }

  /** The next order, to be run now. */
  next(): (() => Promise<void>) | undefined {
    return this.#orders.shift();
  }

  /** Takes no more; runs those that wait. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const order of this.#orders.splice(0)) await order();
  }
}
