import type { Clock } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import { checkVersion, lockTicket } from "./move.ts";
import { addStep } from "./steps.ts";

/** Gives a ticket to a person who may see it, or to nobody. */
export async function assignTicket(
  db: Database,
  clock: Clock,
  by: Principal,
  id: string,
  { assigneeId, version }: { readonly assigneeId: string | null; readonly version?: number | undefined },
): Promise<void> {
  await transactionWithRetry(db, async (tx) => {
    const ticket = await lockTicket(tx, by.scope, id);
    if (version !== undefined) checkVersion(ticket, version);
    const name = assigneeId === null ? null : await assigneeName(tx, assigneeId, ticket.unitPath);
    await tx.query("update ticket set assignee_id = $2, version = version + 1 where id = $1", [id, assigneeId]);
    const data = { assigneeId, assignee: name };
    await addStep(tx, { ticketId: id, atMs: clock.now(), actor: by, data });
    const change = { before: { assigneeId: ticket.assigneeId }, after: data };
    await recordAudit(tx, clock, by, { action: "ticket.assign", kind: "ticket", subject: id, ...change });
    await recordEvents(tx, clock, [{ kind: "ticket", subject: id, unitPath: ticket.unitPath }]);
  });
}

/** The name of a person who may see what belongs to `unitPath`; nobody else can be given its tickets. */
async function assigneeName(tx: Sql, userId: string, unitPath: string): Promise<string> {
  const { rows } = await tx.query<{ display_name: string }>(
    `select u.display_name from app_user u join org_unit o on o.id = u.unit_id
      where u.id = $1 and not u.is_disabled and starts_with($2, o.path)`,
    [userId, unitPath],
  );
  const name = rows[0]?.display_name;
  if (name !== undefined) return name;
  throw new BadRequestProblem("this person does not exist or may not see this ticket", {
    remedy: "choose somebody whose region holds the ticket's",
  });
}

/** Writes a note on a ticket; an attempt to reach the customer counts towards the exemption "unreachable". */
export async function noteOnTicket(
  db: Database,
  clock: Clock,
  by: Principal,
  id: string,
  { note, isFollowUpAttempt }: { readonly note: string; readonly isFollowUpAttempt: boolean },
): Promise<void> {
  await transactionWithRetry(db, async (tx) => {
    const ticket = await lockTicket(tx, by.scope, id);
    const data = isFollowUpAttempt ? { data: { isFollowUpAttempt } } : {};
    await addStep(tx, { ticketId: id, atMs: clock.now(), actor: by, note, ...data });
    await recordAudit(tx, clock, by, { action: "ticket.note", kind: "ticket", subject: id, after: { note } });
    await recordEvents(tx, clock, [{ kind: "ticket", subject: id, unitPath: ticket.unitPath }]);
  });
}
