import { type RawSearch, textOf } from "../../../api/search.ts";

/** Filter, page and selection of the devices page, as the address holds them; `new` is a device that is being added. */
export interface DevicesSearch {
  readonly q?: string | undefined;
  readonly page?: number | undefined;
  readonly source?: string | undefined;
}

/** What an address asks for; what does not exist is left out. */
export function devicesSearch(search: RawSearch): DevicesSearch {
  const page = Number.isSafeInteger(search.page) && Number(search.page) > 1 ? Number(search.page) : undefined;
  return { q: textOf(search.q), page, source: textOf(search.source) };
}
