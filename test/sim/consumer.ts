import { type FeedPage, type ReadingRow, type ReadingStore, rowsOf } from "@nightflow/storage/pure";
import { Life } from "./life.ts";
import type { Dice } from "./random.ts";
import type { StoreServer } from "./store-server.ts";
import type { World } from "./world.ts";

/**
 * Somebody who reads the feed and keeps his cursor together with what he has read. Between reading and keeping he may
 * be killed; then he reads the same again.
 */
export class Consumer {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #store: StoreServer;
  readonly #name: string;
  readonly rows: ReadingRow[] = [];
  cursor = 0;
  #life = new Life();

  constructor(world: World, store: StoreServer, name: string) {
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#store = store;
    this.#name = name;
    void this.#readOn(this.#life);
  }

  /** Kills the process; another one goes on from what was kept. */
  kill(): void {
    this.#world.note(this.#name, "killed");
    this.#life.end();
    this.#life = new Life();
    void this.#readOn(this.#life);
  }

  async #readOn(life: Life): Promise<void> {
    const store = this.#store.linkFor(life, this.#name);
    while (life.isAlive) {
      await this.#world.time.wait(this.#dice.between(50, 2500));
      const page = await this.#page(store);
      if (page === undefined) continue;
      await this.#world.time.wait(this.#dice.between(0.1, 40));
      if (life.isAlive) this.#keep(page);
    }
  }

  async #page(store: ReadingStore): Promise<FeedPage | undefined> {
    try {
      return await store.changesSince(this.cursor, this.#dice.whole(1, 60));
    } catch {
      return undefined;
    }
  }

  #keep({ cursor, readings }: FeedPage): void {
    if (cursor < this.cursor) this.#world.fail("feed in order", `the cursor went from ${this.cursor} to ${cursor}`);
    if (cursor === this.cursor) return;
    this.rows.push(...rowsOf(readings));
    this.cursor = cursor;
    this.#world.note(this.#name, `read up to commit ${cursor}, ${readings.length} rows`);
  }
}
