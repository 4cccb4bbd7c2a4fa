import { oneOf, type RawSearch } from "../../api/search.ts";

/** Lists of readings that were set aside. */
export const SET_ASIDE_LISTS = ["dead_letter", "quarantine", "conflict"] as const;
export type SetAsideList = (typeof SET_ASIDE_LISTS)[number];

/** What of the collection is shown. */
export interface CollectionSearch {
  readonly by?: "dma" | undefined;
  readonly list?: SetAsideList | undefined;
}

/** What an address asks for. */
export function collectionSearch(search: RawSearch): CollectionSearch {
  return { by: oneOf(search.by, ["dma"]), list: oneOf(search.list, SET_ASIDE_LISTS) };
}
