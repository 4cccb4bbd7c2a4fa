interface Lane<Item> {
  readonly name: string;
  readonly items: Item[];
  head: number;
}

const SHRINK_AT = 1024;

/** A queue with one lane for each agent: lanes take turns, each lane keeps its order. */
export class FairQueue<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  /** Lanes in the order of their turns, from `#head` on; each that holds an item stands here once. */
  #turns: Lane<Item>[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(name: string, item: Item): void {
    const lane = this.#lanes.get(name);
    this.#size++;
    if (lane === undefined) this.#open({ name, items: [item], head: 0 });
    else lane.items.push(item);
  }

  /** What `next` would give. */
  peek(): Item | undefined {
    const lane = this.#turns[this.#head];
    return lane?.items[lane.head];
  }

  /** The oldest item of the lane whose turn it is; that lane goes to the end. */
  next(): Item | undefined {
    const lane = this.#turns[this.#head];
    if (lane === undefined) return undefined;
    this.#passTurn();
    const item = lane.items[lane.head++];
    if (lane.head < lane.items.length) this.#turns.push(lane);
    else this.#lanes.delete(lane.name);
    this.#size--;
    return item;
  }

  /** Takes everything out. */
  drain(): Item[] {
    const items = [...this.#lanes.values()].flatMap((lane) => lane.items.slice(lane.head));
    this.#lanes.clear();
    this.#turns = [];
    this.#head = 0;
    this.#size = 0;
    return items;
  }

  #open(lane: Lane<Item>): void {
    this.#lanes.set(lane.name, lane);
    this.#turns.push(lane);
  }

  #passTurn(): void {
    this.#head++;
    if (this.#head < SHRINK_AT || this.#head * 2 < this.#turns.length) return;
    this.#turns = this.#turns.slice(this.#head);
    this.#head = 0;
  }
}
