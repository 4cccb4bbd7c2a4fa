import { type RawSearch, textOf } from "../../api/search.ts";

/** The year that is looked at, as the address holds it. */
export interface HolidaysSearch {
  readonly year?: number | undefined;
}

/** What an address asks for; a year that is none is left out. */
export function holidaysSearch(search: RawSearch): HolidaysSearch {
  const text = typeof search.year === "number" ? String(search.year) : (textOf(search.year) ?? "");
  return { year: /^2[01]\d\d$/.test(text) ? Number(text) : undefined };
}
