import { type RawSearch, textOf } from "../../api/search.ts";

/** The rule that is looked at, and a preview to come back to, as the address holds them. */
export interface RulesSearch {
  readonly rule?: string | undefined;
  readonly preview?: string | undefined;
}

/** What an address asks for. */
export function rulesSearch(search: RawSearch): RulesSearch {
  return { rule: textOf(search.rule), preview: textOf(search.preview) };
}
