import { oneOf, type RawSearch } from "../../api/search.ts";

/** Lists of readings that were set aside. */
export const SET_ASIDE_LISTS = ["dead_letter", "quarantine", "conflict"] as const;
export type SetAsideList = (typeof SET_ASIDE_LISTS)[number];

/** What read rates are told by, beside the agent. */
export const GROUPINGS = ["dma", "model"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What of the collection is shown. */
export interface CollectionSearch {
  readonly by?: Grouping | undefined;
  readonly list?: SetAsideList | undefined;
}

/** What an address asks for. */
export function collectionSearch(search: RawSearch): CollectionSearch {
  return { by: oneOf(search.by, GROUPINGS), list: oneOf(search.list, SET_ASIDE_LISTS) };
}
