import type { KnownChannel } from "@nightflow/storage/pure";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** PostgreSQL, as far as ingest asks it for channels: it answers, refuses, or says nothing. */
export class RegistrySource {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #channels: KnownChannel[] = [];
  #listeners = new Set<() => void>();
  state: "up" | "refusing" | "silent" = "up";

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.fork();
  }

  /** Registers a channel; whoever listens hears that there is news. */
  add(channel: KnownChannel): void {
    this.#channels.push(channel);
    if (this.state === "up") for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async load(): Promise<KnownChannel[]> {
    await this.#world.time.wait(this.#dice.between(1, 30));
    if (this.state === "silent") await this.#world.time.wait(60_000);
    if (this.state !== "up") throw new Error("PostgreSQL does not answer");
    return [...this.#channels];
  }
}
