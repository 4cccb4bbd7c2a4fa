import { oneOf, type RawSearch, textOf } from "../../api/search.ts";

/** Parts of an agent's page. */
export const PARTS = ["meters", "config", "commands", "probe"] as const;
export type AgentPart = (typeof PARTS)[number];

/** What of an agent is shown. */
export interface AgentSearch {
  readonly part?: AgentPart | undefined;
  readonly q?: string | undefined;
  readonly state?: "good" | "silent" | "failing" | undefined;
  readonly command?: string | undefined;
  /** The command whose findings are shown. */
  readonly probe?: string | undefined;
  /** The command whose reading the next one is compared with. */
  readonly earlier?: string | undefined;
}

/** What an address asks for. */
export function agentSearch(search: RawSearch): AgentSearch {
  return {
    part: oneOf(search.part, PARTS),
    q: textOf(search.q),
    state: oneOf(search.state, ["good", "silent", "failing"]),
    command: textOf(search.command),
    probe: textOf(search.probe),
    earlier: textOf(search.earlier),
  };
}
