import type { SetAsideDecision } from "../../api/operations-queries.ts";
import type { words } from "./words.ts";

/** Words for what became of entries, best first. */
const ORDER = [
  ["stored", "stored"],
  ["repeat", "repeat"],
  ["conflict", "conflict"],
  ["quarantine", "quarantineAgain"],
  ["dead_letter", "dead_letter"],
  ["discarded", "discarded"],
  ["rejected", "rejected"],
  ["kept_first", "kept_first"],
  ["opened", "opened"],
] as const satisfies readonly (readonly [outcome: string, word: keyof typeof words])[];

/** One part of what a decision came to. */
export interface OutcomePart {
  readonly word: (typeof ORDER)[number][1];
  readonly count: number;
}

/** What a decision came to, best first; empty when it changed nothing. */
export function outcomeParts(outcomes: SetAsideDecision["outcomes"]): readonly OutcomePart[] {
  return ORDER.flatMap(([outcome, word]) => {
    const count = outcomes[outcome] ?? 0;
    return count > 0 ? [{ word, count }] : [];
  });
}

/** Where a decision stands: what its job says, until the decision itself says that it is done. */
export type DecisionStanding = "waiting" | "again" | "running" | "done" | "dead" | "cancelled";

type Told = { readonly state: string; readonly lastError: string | null } | null;

/** Where a decision stands, from itself and what its job last said. */
export function standingOf(decision: Pick<SetAsideDecision, "doneAt">, job: Told): DecisionStanding {
  if (decision.doneAt !== null || job === null) return "done";
  if (job.state === "dead" || job.state === "cancelled" || job.state === "running") return job.state;
  return job.state === "waiting" && job.lastError !== null ? "again" : "waiting";
}
