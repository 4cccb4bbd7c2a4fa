import { oneOf, type RawSearch, textOf } from "../../api/search.ts";
import { type CollectionStatus, vocabularyKeys } from "../../words/vocabulary.ts";

/** Filters of the meters list, as the address holds them. */
export interface MetersSearch {
  readonly status?: CollectionStatus | undefined;
  readonly commodity?: "water" | "gas" | undefined;
  readonly purpose?: "customer" | "dma" | "station" | undefined;
  readonly dma?: string | undefined;
  readonly agent?: string | undefined;
  readonly q?: string | undefined;
}

/** The filters that an address asks for; what does not exist is left out. */
export function metersSearch(search: RawSearch): MetersSearch {
  return {
    status: oneOf(search.status, vocabularyKeys("collectionStatus")),
    commodity: oneOf(search.commodity, vocabularyKeys("commodity")),
    purpose: oneOf(search.purpose, vocabularyKeys("purpose")),
    dma: textOf(search.dma),
    agent: textOf(search.agent),
    q: textOf(search.q),
  };
}
