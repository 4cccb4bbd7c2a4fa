import { type RawSearch, textOf } from "../../../api/search.ts";

/** Filter, page and selection of the quarantine page, as the address holds them. */
export interface QuarantineSearch {
  readonly q?: string | undefined;
  readonly page?: number | undefined;
  readonly channel?: string | undefined;
}

/** What an address asks for; what does not exist is left out. */
export function quarantineSearch(search: RawSearch): QuarantineSearch {
  const page = Number.isSafeInteger(search.page) && Number(search.page) > 1 ? Number(search.page) : undefined;
  return { q: textOf(search.q), page, channel: textOf(search.channel) };
}
