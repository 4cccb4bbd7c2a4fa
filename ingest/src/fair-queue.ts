/** A queue with one lane for each agent: lanes take turns, each lane keeps its order. */
export class FairQueue<Item> {
  readonly #lanes = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(lane: string, item: Item): void {
    const items = this.#lanes.get(lane);
    if (items === undefined) this.#lanes.set(lane, [item]);
    else items.push(item);
    this.#size++;
  }

  /** What `next` would give. */
  peek(): Item | undefined {
    const first = this.#lanes.values().next();
    return first.done ? undefined : first.value[0];
  }

  /** The oldest item of the lane whose turn it is; that lane goes to the end. */
  next(): Item | undefined {
    const first = this.#lanes.entries().next();
    if (first.done) return undefined;
    const [lane, items] = first.value;
    const item = items.shift();
    this.#lanes.delete(lane);
    if (items.length > 0) this.#lanes.set(lane, items);
    this.#size--;
    return item;
  }

  /** Takes everything out. */
  drain(): Item[] {
    const items = [...this.#lanes.values()].flat();
    this.#lanes.clear();
    this.#size = 0;
    return items;
  }
}
