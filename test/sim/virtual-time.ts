interface Event {
  readonly atMs: number;
  readonly no: number;
  readonly run: () => void;
  isCancelled: boolean;
}

// Kept from before anything is patched: the only real waiting that a simulation does.
const realImmediate = setImmediate;
const turnOfTheRealLoop = () => new Promise<void>((resolve) => realImmediate(() => resolve()));

/**
 * Time that passes only from event to event. Between two events all promises that can settle have settled, so that the
 * order of everything follows from the events alone. Milliseconds since the start.
 */
export class VirtualTime {
  #nowMs = 0;
  #events = 0;
  readonly #heap: Event[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** Events that have run or will. */
  get events(): number {
    return this.#events;
  }

  /** Lets the running event take its time: everything due meanwhile comes late. */
  spend(ms: number): void {
    this.#nowMs += ms;
  }

  /** Runs something in `ms`; the function returned cancels that. Of two at one instant the one asked for first is first. */
  after(ms: number, run: () => void): () => void {
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), no: this.#events++, run, isCancelled: false };
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Resolves in `ms`. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until `isDone`, at most `longestMs`; whether it was done. */
  async run(isDone: () => boolean, longestMs: number): Promise<boolean> {
    const untilMs = this.#nowMs + longestMs;
    await turnOfTheRealLoop();
    while (!isDone()) {
      const event = this.#heap[0];
      if (event === undefined || event.atMs > untilMs) return false;
      this.#pop();
      if (event.isCancelled) continue;
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.run();
      await turnOfTheRealLoop();
    }
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const child = smallerChild(heap, at);
      const below = heap[child];
      if (below === undefined || isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function smallerChild(heap: readonly Event[], at: number): number {
  const left = 2 * at + 1;
  const [first, second] = [heap[left], heap[left + 1]];
  return first !== undefined && second !== undefined && isBefore(second, first) ? left + 1 : left;
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.no < b.no);
}
