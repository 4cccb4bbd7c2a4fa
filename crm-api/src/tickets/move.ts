import type { Clock } from "@nightflow/domain";
import { OPEN_TICKET_STATES, type TicketState } from "@nightflow/domain";
import { type Database, type Sql, sqlStateOf } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import { followTicket } from "./anomalies-follow.ts";
import { isPaused } from "./clock.ts";
import { judgeMove, type Refusal, type TicketFacts, type TicketMove } from "./guards.ts";
import { addStep } from "./steps.ts";

/** A ticket whose row this transaction holds. */
export interface LockedTicket extends TicketFacts {
  readonly id: string;
  readonly no: string;
  readonly key: string | null;
  readonly version: number;
  readonly assigneeId: string | null;
  readonly firstResponseAtMs: number | null;
  readonly resolveByMs: number | null;
  /** When it entered its state. */
  readonly stateSinceMs: number;
  readonly unitPath: string;
}

interface LockedRow {
  id: string;
  no: string;
  key: string | null;
  state: TicketState;
  version: number;
  cause: string | null;
  result: string | null;
  assigneeId: string | null;
  firstResponseAtMs: number | null;
  resolveByMs: number | null;
  closedAtMs: number | null;
  stateSinceMs: number;
  unitPath: string;
}

const UNIQUE_VIOLATION = "23505";

/**
 * Moves a ticket and gives the state that it ended in. Step, audit entry, findings and live events commit with it.
 *
 * @throws {NotFoundProblem} when it does not exist or lies outside the person's scope.
 * @throws {ConflictProblem} when somebody else was faster, or the move is not allowed as the ticket stands.
 */
export async function moveTicket(
  db: Database,
  clock: Clock,
  by: Principal,
  id: string,
  move: TicketMove & { readonly version: number },
): Promise<TicketState> {
  try {
    return await transactionWithRetry(db, (tx) => moveIn(tx, clock, by, id, move));
  } catch (error) {
    throw sqlStateOf(error) === UNIQUE_VIOLATION ? keyTaken(error) : error;
  }
}

async function moveIn(
  tx: Sql,
  clock: Clock,
  by: Principal,
  id: string,
  move: TicketMove & { readonly version: number },
): Promise<TicketState> {
  const ticket = await lockTicket(tx, by.scope, id);
  checkVersion(ticket, move.version);
  const nowMs = clock.now();
  const verdict = judgeMove(ticket, move, nowMs);
  if ("refusal" in verdict) throw refused(ticket, verdict.refusal);
  const done = { ...move, to: verdict.to };
  await applyMove(tx, ticket, done, by, nowMs);
  const anomalies = await followTicket(tx, ticket.id, verdict.to, move, nowMs);
  await recordMove(tx, clock, by, ticket, done, anomalies);
  return verdict.to;
}

/** Locks a ticket of the person's scope. */
export async function lockTicket(tx: Sql, scope: Scope, id: string): Promise<LockedTicket> {
  const filter = new SqlFilter();
  filter.and(`t.id = ${filter.value(id)}`).and(inScope(filter, scope, "t.unit_id"));
  const { rows } = await tx.query<LockedRow>(
    `select t.id, t.no, t.key, t.state, t.version, t.cause, t.result, t.assignee_id as "assigneeId",
            ${epochMs("t.first_response_at")} as "firstResponseAtMs", ${epochMs("t.resolve_by")} as "resolveByMs",
            ${epochMs("t.closed_at")} as "closedAtMs", o.path as "unitPath",
            coalesce((select ${epochMs("max(s.at)")} from ticket_step s where s.ticket_id = t.id and s.to_state is not null),
                     ${epochMs("t.opened_at")}) as "stateSinceMs"
       from ticket t join org_unit o on o.id = t.unit_id ${filter.where} for no key update of t`,
    filter.values,
  );
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("ticket", id);
  return { ...row, attempts: await attemptsOf(tx, row.id, row.unitPath) };
}

async function attemptsOf(tx: Sql, ticketId: string, unitPath: string): Promise<TicketFacts["attempts"]> {
  const { zone } = await companyOf(tx, unitPath);
  const { rows } = await tx.query<{ count: number; days: number }>(
    `select count(*)::int as count, count(distinct (s.at at time zone $2)::date)::int as days
       from ticket_step s where s.ticket_id = $1 and s.data ->> 'isFollowUpAttempt' = 'true'`,
    [ticketId, zone],
  );
  return rows[0] ?? { count: 0, days: 0 };
}

/** @throws {ConflictProblem} when the ticket has changed since it was looked at. */
export function checkVersion(ticket: Pick<LockedTicket, "no" | "version" | "state">, version: number): void {
  if (ticket.version === version) return;
  throw new ConflictProblem(
    "TICKET_CHANGED",
    `${ticket.no} has been changed by somebody else meanwhile; it is ${ticket.state} now`,
    {
      details: { version: ticket.version, state: ticket.state },
      remedy: "load it again and see whether your step is still needed",
    },
  );
}

function refused(ticket: LockedTicket, refusal: Refusal): ConflictProblem {
  const { code, message, details, remedy } = refusal;
  return new ConflictProblem(code, `${ticket.no}: ${message}`, { details, remedy });
}

function keyTaken(cause: unknown): ConflictProblem {
  return new ConflictProblem("TICKET_KEY_TAKEN", "another ticket about the same subject and cause is open", {
    cause,
    remedy: "go on with that one; this one stays closed",
  });
}

/** What a move does to the times that a ticket keeps: the person's first answer, pauses, the end. */
async function applyMove(tx: Sql, ticket: LockedTicket, move: TicketMove, by: Principal, nowMs: number): Promise<void> {
  const { to } = move;
  const pausedMs = isPaused(ticket.state) && !isPaused(to) ? nowMs - ticket.stateSinceMs : 0;
  const isOpen = (OPEN_TICKET_STATES as readonly TicketState[]).includes(to);
  await tx.query(
    `update ticket set state = $2, version = version + 1,
       first_response_at = coalesce(first_response_at, $3),
       assignee_id = coalesce(assignee_id, $4),
       resolve_by = resolve_by + $5 * interval '1 ms',
       resolved_at = case when $2 = 'resolved' then $3 when $2 = 'reopened' then null else resolved_at end,
       closed_at = case when $6 then null else $3 end,
       cause = coalesce($7, cause), result = coalesce($8, result),
       follow_up_result = coalesce($9, follow_up_result), follow_up_exemption = coalesce($10, follow_up_exemption)
     where id = $1`,
    [
      ticket.id,
      to,
      new Date(nowMs),
      to === "accepted" || to === "in_progress" ? by.userId : null,
      pausedMs,
      isOpen,
      move.cause ?? null,
      move.result ?? null,
      move.followUpResult ?? null,
      move.followUpExemption ?? null,
    ],
  );
}

async function recordMove(
  tx: Sql,
  clock: Clock,
  by: Principal,
  ticket: LockedTicket,
  move: TicketMove,
  anomalyIds: readonly string[],
): Promise<void> {
  const { to, note, ...rest } = move;
  const data = dataOf(rest);
  const step = { ticketId: ticket.id, atMs: clock.now(), actor: by, fromState: ticket.state, toState: to, note, data };
  await addStep(tx, step);
  await recordAudit(tx, clock, by, {
    action: "ticket.move",
    kind: "ticket",
    subject: ticket.id,
    before: { state: ticket.state, version: ticket.version },
    after: { state: to, version: ticket.version + 1, ...data },
    reason: note,
  });
  const { unitPath } = ticket;
  const findings = anomalyIds.map((subject) => ({ kind: "anomaly" as const, subject, unitPath }));
  await recordEvents(tx, clock, [{ kind: "ticket", subject: ticket.id, unitPath }, ...findings]);
}

function dataOf({ cause, result, outcome, followUpResult, followUpExemption }: Omit<TicketMove, "to" | "note">) {
  const data = { cause, result, outcome, followUpResult, followUpExemption };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
