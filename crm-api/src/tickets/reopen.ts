import type { Clock, TicketState } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { recordAudit, recordEvents, SYSTEM } from "../system/record.ts";
import { followTicket } from "./anomalies-follow.ts";
import { addStep } from "./steps.ts";

/** A ticket that the platform itself reopens, its row held by the transaction. */
export interface ReopenedTicket {
  readonly id: string;
  readonly no: string;
  readonly state: TicketState;
  readonly unitPath: string;
}

/** Why it is reopened, in both languages. */
export interface ReopenReason {
  readonly words: { readonly zh: string; readonly en: string };
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reopens a resolved or closed ticket without anybody's doing: its number and history go on, its live findings are looked into again. */
export async function reopenTicket(tx: Sql, clock: Clock, ticket: ReopenedTicket, why: ReopenReason): Promise<void> {
  const atMs = clock.now();
  const { words } = why;
  await tx.query(
    "update ticket set state = 'reopened', version = version + 1, resolved_at = null, closed_at = null where id = $1",
    [ticket.id],
  );
  const data = { ...why.data, words };
  const step = { ticketId: ticket.id, atMs, actor: SYSTEM, fromState: ticket.state, toState: "reopened" as const };
  await addStep(tx, { ...step, note: words.zh, data });
  await recordAudit(tx, clock, SYSTEM, {
    action: "ticket.reopen",
    kind: "ticket",
    subject: ticket.id,
    before: { state: ticket.state },
    after: { state: "reopened", ...data },
    reason: words.en,
  });
  const findings = await followTicket(tx, ticket.id, "reopened", {}, atMs);
  const { unitPath } = ticket;
  await recordEvents(tx, clock, [
    { kind: "ticket", subject: ticket.id, unitPath },
    ...findings.map((subject) => ({ kind: "anomaly" as const, subject, unitPath })),
  ]);
}
