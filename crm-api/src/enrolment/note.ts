import type { Sql } from "@nightflow/storage";
import type { Actor } from "../system/record.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import type { AgentName, Caller, EnrolmentContext } from "./desk.ts";

/** What happened, for the audit trail. */
export interface EnrolmentNote {
  readonly action: `enrolment.${string}`;
  readonly who: AgentName;
  readonly after?: unknown;
  readonly reason?: string | undefined;
}

/** An agent as the actor of an audit entry. */
export function asActor({ site, agent, address }: Caller): Actor {
  return { userId: null, login: `agent ${site}/${agent}`, address };
}

/** Writes into the audit trail what happened to an agent, and tells the pages; call it last in a transaction. */
export async function noteEnrolment(
  tx: Sql,
  { clock }: EnrolmentContext,
  actor: Actor,
  { action, who, after, reason }: EnrolmentNote,
): Promise<void> {
  const subject = `${who.site}/${who.agent}`;
  await recordAudit(tx, clock, actor, { action, kind: "agent", subject, after, reason });
  // Agents belong to no unit: those are told who see the whole installation.
  const { rows } = await tx.query<{ path: string }>("select path from org_unit where parent_id is null");
  await recordEvents(
    tx,
    clock,
    rows.map(({ path: unitPath }) => ({ kind: "collection", subject, unitPath })),
  );
}
