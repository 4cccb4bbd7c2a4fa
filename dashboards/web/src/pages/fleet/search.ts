import { oneOf, type RawSearch, textOf } from "../../api/search.ts";

/** Which agents are shown. */
export interface FleetSearch {
  readonly q?: string | undefined;
  readonly online?: "true" | "false" | undefined;
}

/** What an address asks for. */
export function fleetSearch(search: RawSearch): FleetSearch {
  return { q: textOf(search.q), online: oneOf(String(search.online), ["true", "false"]) };
}
