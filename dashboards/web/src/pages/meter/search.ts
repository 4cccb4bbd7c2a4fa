import { oneOf, type RawSearch } from "../../api/search.ts";
import { RANGES, type Range } from "../../parts/range.ts";

/** What of a meter's curve is shown. Without `range`: a week. */
export interface MeterSearch {
  readonly range?: Range | undefined;
  /** How many ranges before the present one. */
  readonly back?: number | undefined;
}

/** The span that an address asks for. */
export function meterSearch(search: RawSearch): MeterSearch {
  return { range: oneOf(search.range, RANGES), back: wholeOf(search.back) };
}

/** A count of at least one; undefined otherwise. */
export function wholeOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 10_000 ? value : undefined;
}
