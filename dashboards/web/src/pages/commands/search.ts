import { oneOf, type RawSearch, textOf } from "../../api/search.ts";
import type { CommandKind, CommandState } from "./queries.ts";

export const STATES = [
  "approval",
  "queued",
  "sent",
  "done",
  "failed",
  "expired",
  "rejected",
  "cancelled",
] as const satisfies readonly CommandState[];
export const KINDS = [
  "read-now",
  "retry",
  "valve",
  "re-read",
  "test-read",
  "probe",
  "certificate",
] as const satisfies readonly CommandKind[];

/** Which commands are shown, and which is open. */
export interface CommandsSearch {
  readonly state?: CommandState | undefined;
  readonly kind?: CommandKind | undefined;
  readonly meter?: string | undefined;
  readonly command?: string | undefined;
}

/** What an address asks for. */
export function commandsSearch(search: RawSearch): CommandsSearch {
  return {
    state: oneOf(search.state, STATES),
    kind: oneOf(search.kind, KINDS),
    meter: textOf(search.meter),
    command: textOf(search.command),
  };
}

/** States of an approval that the list can be narrowed to. */
export const APPROVAL_STATES = ["open", "approved", "rejected", "expired"] as const;

/** Which approvals are shown. */
export interface ApprovalsSearch {
  readonly state?: (typeof APPROVAL_STATES)[number] | undefined;
}

/** What an address asks for. */
export function approvalsSearch(search: RawSearch): ApprovalsSearch {
  return { state: oneOf(search.state, APPROVAL_STATES) };
}
