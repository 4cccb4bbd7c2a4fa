import { oneOf, type RawSearch, textOf } from "../../api/search.ts";
import { type AnomalyState, type CauseGroup, vocabularyKeys } from "../../words/vocabulary.ts";

/** Filters of the events list, as the address holds them. Without `state`: active ones. */
export interface EventsSearch {
  readonly state?: AnomalyState | "all" | undefined;
  readonly group?: CauseGroup | undefined;
  readonly dma?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: "newest" | undefined;
}

/** The filters that an address asks for; what does not exist is left out. */
export function eventsSearch(search: RawSearch): EventsSearch {
  return {
    state: oneOf(search.state, [...vocabularyKeys("anomalyState"), "all"] as const),
    group: oneOf(search.group, vocabularyKeys("causeGroup")),
    dma: textOf(search.dma),
    q: textOf(search.q),
    sort: oneOf(search.sort, ["newest"]),
  };
}
