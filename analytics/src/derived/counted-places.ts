import type { CountedIn } from "./counted-in.ts";

/** One object of each set of sums that registers count in, so that being the same is being the same object. */
export class CountedPlaces {
  readonly #byText = new Map<string, CountedIn>();

  /** The object that stands for all that equal `place`. */
  of(place: CountedIn): CountedIn {
    const text = textOf(place);
    const known = this.#byText.get(text);
    if (known) return known;
    this.#byText.set(text, place);
    return place;
  }
}

function textOf({ dma, account, agent, inletOf }: CountedIn): string {
  return JSON.stringify([dma, account, agent, inletOf.map(({ dma: district, sign }) => [district, sign])]);
}
