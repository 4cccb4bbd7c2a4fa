import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** How the network between two machines is now. */
export class Weather {
  isDown = false;
  /** Nothing arrives before this. */
  stalledUntilMs = 0;
  /** Longest way of one packet. */
  slowestMs = 40;
}

/** One direction of one connection: what is sent arrives in order and late, or after a cut not at all. */
export class Lane {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #weather: Weather;
  #lastArrivalMs = 0;
  #isCut = false;

  constructor(world: World, dice: Dice, weather: Weather) {
    this.#world = world;
    this.#dice = dice;
    this.#weather = weather;
  }

  send(arrive: () => void): void {
    if (this.#isCut) return;
    const now = this.#world.time.now();
    const wayMs = this.#dice.between(0.2, this.#weather.slowestMs);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#weather.stalledUntilMs, now + wayMs);
    this.#world.time.after(this.#lastArrivalMs - now, () => {
      if (this.#isCut) return;
      // It stalled while this was on its way.
      if (this.#weather.stalledUntilMs > this.#world.time.now()) this.send(arrive);
      else arrive();
    });
  }

  cut(): void {
    this.#isCut = true;
  }
}
