interface Lane<Item> {
  readonly name: string;
  readonly items: Item[];
  head: number;
}

const SHRINK_AT = 1024;

/** So many newcomers in a row go first while others wait. */
const NEWCOMERS_IN_A_ROW = 32;

/**
 * A queue with one lane for each agent: lanes take turns, each lane keeps its order. A newcomer, who had nothing here and
 * brings little, goes first, so that he does not wait behind those who send much; not for ever, so that many of them hold up
 * nobody.
 */
export class FairQueue<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  /** Each lane that holds an item stands in one of the two, once. */
  #turns = new Round<Item>();
  #newcomers = new Round<Item>();
  #inARow = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether some newcomer waits. */
  get hasNewcomer(): boolean {
    return this.#newcomers.first !== undefined;
  }

  /** Whether somebody waits who is no newcomer. */
  get hasOthers(): boolean {
    return this.#turns.first !== undefined;
  }

  /** @param isLittle whether one who had nothing here counts as a newcomer. */
  push(name: string, item: Item, isLittle = true): void {
    const lane = this.#lanes.get(name);
    this.#size++;
    if (lane === undefined) this.#open({ name, items: [item], head: 0 }, isLittle);
    else lane.items.push(item);
  }

  /** What `next` would give. */
  peek(): Item | undefined {
    const lane = this.#round.first;
    return lane?.items[lane.head];
  }

  /** The oldest item of the lane whose turn it is; that lane goes to the end. */
  next(): Item | undefined {
    return this.#takeFrom(this.#round);
  }

  /** As `next`, of the newcomers alone; undefined when there is none. */
  nextNewcomer(): Item | undefined {
    return this.#takeFrom(this.#newcomers);
  }

  #takeFrom(round: Round<Item>): Item | undefined {
    const lane = round.take();
    if (lane === undefined) return undefined;
    this.#inARow = round === this.#newcomers ? this.#inARow + 1 : 0;
    const item = lane.items[lane.head++];
    if (lane.head < lane.items.length) this.#turns.add(lane);
    else this.#lanes.delete(lane.name);
    this.#size--;
    return item;
  }

  /** Takes everything out. */
  drain(): Item[] {
    const items = [...this.#lanes.values()].flatMap((lane) => lane.items.slice(lane.head));
    this.#lanes.clear();
    this.#turns = new Round();
    this.#newcomers = new Round();
    this.#size = 0;
    return items;
  }

  get #round(): Round<Item> {
    const isTheirs = this.#inARow < NEWCOMERS_IN_A_ROW || this.#turns.first === undefined;
    return isTheirs && this.#newcomers.first !== undefined ? this.#newcomers : this.#turns;
  }

  #open(lane: Lane<Item>, isLittle: boolean): void {
    this.#lanes.set(lane.name, lane);
    (isLittle ? this.#newcomers : this.#turns).add(lane);
  }
}

/** Lanes in the order of their turns. */
class Round<Item> {
  #lanes: Lane<Item>[] = [];
  #head = 0;

  get first(): Lane<Item> | undefined {
    return this.#lanes[this.#head];
  }

  add(lane: Lane<Item>): void {
    this.#lanes.push(lane);
  }

  take(): Lane<Item> | undefined {
    const lane = this.first;
    if (lane !== undefined) this.#head++;
    if (this.#head >= SHRINK_AT && this.#head * 2 >= this.#lanes.length) {
      this.#lanes = this.#lanes.slice(this.#head);
      this.#head = 0;
    }
    return lane;
  }
}
