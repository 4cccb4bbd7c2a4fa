import { oneOf, type RawSearch, textOf } from "../../../api/search.ts";

/** How an agent may stand. */
export const STANDINGS = ["good", "expiring", "expired", "revoked", "foreign", "password"] as const;
export type Standing = (typeof STANDINGS)[number];

/** What of the agents is shown. */
export interface AgentsSearch {
  readonly q?: string | undefined;
  readonly standing?: Standing | undefined;
  /** `site/agent` of the one whose detail is shown. */
  readonly agent?: string | undefined;
}

/** What an address asks for. */
export function agentsSearch(search: RawSearch): AgentsSearch {
  return { q: textOf(search.q), standing: oneOf(search.standing, STANDINGS), agent: textOf(search.agent) };
}
