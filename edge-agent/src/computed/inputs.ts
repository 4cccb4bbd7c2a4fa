import type { Flag, MissingReason, Reading } from "@nightflow/domain";

/** A reading that has a value. */
export type ValueReading = Exclude<Reading, { quality: "missing" }>;

/** The readings of some channels, or why one of them has no value. */
export type Inputs = { readonly readings: readonly ValueReading[] } | { readonly missing: MissingReason };

/** The readings of `channels` in this order; missing when one of them is, for its reason, or has not come. */
export function inputsFrom(gathered: ReadonlyMap<string, Reading>, channels: readonly string[]): Inputs {
  const readings: ValueReading[] = [];
  for (const channel of channels) {
    const reading = gathered.get(channel);
    if (reading === undefined) return { missing: "timeout" };
    if (reading.quality === "missing") return { missing: reading.reason };
    readings.push(reading);
  }
  return { readings };
}

/** Quality and flags of what is made from some readings: no better than the worst of them. */
export function heritageOf(readings: readonly ValueReading[]): { quality: "good" | "suspect"; flags: Flag[] } {
  return {
    quality: readings.some(({ quality }) => quality === "suspect") ? "suspect" : "good",
    flags: [...new Set(readings.flatMap(({ flags }) => flags))],
  };
}

/** The middle of the instants at which some readings were taken. */
export function middleOf(readings: readonly ValueReading[]): number {
  return Math.round(readings.reduce((total, { readAt }) => total + readAt / readings.length, 0));
}
