import { oneOf, type RawSearch } from "../../api/search.ts";
import { RANGES, type Range } from "../../parts/range.ts";
import { wholeOf } from "../meter/search.ts";

/** What of an account's curve is shown. Without `range`: a week, beside the one before it. */
export interface AccountSearch {
  readonly range?: Range | undefined;
  readonly back?: number | undefined;
  readonly compare?: "none" | undefined;
}

/** The span that an address asks for. */
export function accountSearch(search: RawSearch): AccountSearch {
  return {
    range: oneOf(search.range, RANGES),
    back: wholeOf(search.back),
    compare: oneOf(search.compare, ["none"]),
  };
}
