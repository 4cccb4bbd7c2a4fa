import { type Figures, figuresOf, quantileOf, type ScoredMeter } from "./score.ts";

const DRAWS = 1000;

/** Low and high end of a figure. */
export type Band = readonly [low: number, high: number];

/**
 * 90 % bands of the figures: places (homes, districts) are drawn with replacement, each with all its series, as the seeds of one home
 * are no independent cases. Percentile bootstrap (Efron 1979), the same draws each time.
 */
export function bandsOf(
  meters: readonly ScoredMeter[],
  placeOf: (meter: string) => string,
): Record<keyof Figures, Band> {
  const places = [...Map.groupBy(meters, ({ meter }) => placeOf(meter)).values()];
  const chance = chanceOf(1);
  const draws = Array.from({ length: DRAWS }, () =>
    figuresOf(places.flatMap(() => places[Math.floor(chance() * places.length)] ?? [])),
  );
  const names = Object.keys(draws[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, bandOf(draws.map((draw) => draw[name]))])) as Record<
    keyof Figures,
    Band
  >;
}

function bandOf(values: readonly number[]): Band {
  const known = values.filter((value) => !Number.isNaN(value));
  return [quantileOf(known, 0.05), quantileOf(known, 0.95)];
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}
