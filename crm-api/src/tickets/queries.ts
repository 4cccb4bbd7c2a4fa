import {
  type CauseGroup,
  type FollowUpExemption,
  type FollowUpResult,
  nextTicketStates,
  type SubjectKind,
  type TicketKind,
  type TicketPriority,
  type TicketState,
} from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { moneyOnce } from "../anomalies/money-once.ts";
import { anomaliesOfTicket } from "../anomalies/queries.ts";
import { type CursorRow, pageSql, type SortOrder, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { clockOf } from "./clock.ts";
import { OPEN_TICKET } from "./open.ts";
import type { TicketDetail, TicketQuery, TicketRow, TicketStep } from "./wire.ts";

interface TicketSqlRow {
  id: string;
  no: string;
  kind: TicketKind;
  priority: TicketPriority;
  source: string;
  state: TicketState;
  title_zh: string;
  title_en: string;
  subject_kind: SubjectKind;
  subject: string;
  cause_group: CauseGroup | null;
  account_id: string | null;
  assignee_id: string | null;
  assignee_name: string | null;
  opened_at: number;
  respond_by: number | null;
  resolve_by: number | null;
  first_response_at: number | null;
  resolved_at: number | null;
  closed_at: number | null;
  cause: string | null;
  result: string | null;
  follow_up_result: FollowUpResult | null;
  follow_up_exemption: FollowUpExemption | null;
  version: number;
  anomalies: number;
  money_per_day: number;
}

const COLUMNS = `t.id, t.no, t.kind, t.priority, t.source, t.state, t.title_zh, t.title_en, t.subject_kind, t.subject,
  t.cause_group, t.account_id, t.assignee_id, u.display_name as assignee_name, ${epochMs("t.opened_at")} as opened_at,
  ${epochMs("t.respond_by")} as respond_by, ${epochMs("t.resolve_by")} as resolve_by,
  ${epochMs("t.first_response_at")} as first_response_at, ${epochMs("t.resolved_at")} as resolved_at,
  ${epochMs("t.closed_at")} as closed_at, t.cause, t.result, t.follow_up_result, t.follow_up_exemption, t.version,
  found.anomalies, found.money_per_day`;

const FROM = `ticket t left join app_user u on u.id = t.assignee_id
  left join lateral (
    select count(*)::int as anomalies,
           (select coalesce(sum(money), 0)::float8 from (${moneyOnce(
             "a.ticket_id",
             "where a.ticket_id = t.id and a.state in ('open', 'investigating', 'field_work')",
           )}) once) as money_per_day
      from anomaly a where a.ticket_id = t.id) found on true`;

const SORTS: Readonly<Record<TicketQuery["sort"], SortOrder>> = {
  due: {
    // The limit that the list shows: the answer's until somebody has given it.
    expression: `coalesce(case when t.first_response_at is null then t.respond_by end, t.resolve_by, 'infinity'::timestamptz)`,
    type: "timestamptz",
    isDescending: false,
    id: "t.id",
  },
  newest: { expression: "t.opened_at", type: "timestamptz", isDescending: true, id: "t.id" },
};

/** A page of tickets that a person may see. */
export async function listTickets(sql: Sql, principal: Principal, query: TicketQuery, nowMs: number) {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, principal.scope, "t.unit_id"))
    .andIf(query.mine === true ? principal.userId : undefined, (value) => `t.assignee_id = ${value}`)
    .andIf(query.kind, (value) => `t.kind = ${value}`)
    .andIf(query.priority, (value) => `t.priority = ${value}`)
    .andIf(query.account, (value) => `t.account_id = ${value}`)
    .andIf(query.subject, (value) => `t.subject = ${value}`)
    .andIf(
      query.q && containing(query.q),
      (value) => `concat_ws(' ', t.no, t.title_zh, t.title_en, t.subject) ilike ${value}`,
    );
  if (query.state === "open") filter.and(OPEN_TICKET);
  else if (query.state !== "all") filter.and(`t.state = ${filter.value(query.state)}`);
  const page = pageSql(filter, SORTS[query.sort], query);
  const { rows } = await sql.query<TicketSqlRow & CursorRow>(
    `select ${COLUMNS}, ${page.select} from ${FROM} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, (row) => toTicketRow(row, nowMs));
}

/** One ticket with its steps and findings. */
export async function loadTicket(
  sql: Sql,
  scope: Scope,
  id: string,
  nowMs: number,
): Promise<z.infer<typeof TicketDetail>> {
  const filter = new SqlFilter();
  filter.and(`t.id = ${filter.value(id)}`).and(inScope(filter, scope, "t.unit_id"));
  const { rows } = await sql.query<TicketSqlRow>(`select ${COLUMNS} from ${FROM} ${filter.where}`, filter.values);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("ticket", id);
  return {
    ...toTicketRow(row, nowMs),
    cause: row.cause,
    result: row.result,
    followUpResult: row.follow_up_result,
    followUpExemption: row.follow_up_exemption,
    next: [...nextTicketStates(row.state)],
    steps: await stepsOf(sql, id),
    findings: await anomaliesOfTicket(sql, scope, id, nowMs),
  };
}

interface StepSqlRow {
  id: string;
  at: number;
  actor: string;
  actor_name: string | null;
  from_state: TicketState | null;
  to_state: TicketState | null;
  note: string | null;
  data: Record<string, unknown> | null;
}

async function stepsOf(sql: Sql, ticketId: string): Promise<z.infer<typeof TicketStep>[]> {
  const { rows } = await sql.query<StepSqlRow>(
    `select s.id, ${epochMs("s.at")} as at, s.actor, u.display_name as actor_name, s.from_state, s.to_state, s.note, s.data
       from ticket_step s left join app_user u on u.id = s.actor_id where s.ticket_id = $1 order by s.at, s.id`,
    [ticketId],
  );
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    fromState: row.from_state,
    toState: row.to_state,
    note: row.note,
    data: row.data,
  }));
}

function toTicketRow(row: TicketSqlRow, nowMs: number): TicketRow {
  const limit = { openedAtMs: row.opened_at, state: row.state };
  return {
    id: row.id,
    no: row.no,
    kind: row.kind,
    priority: row.priority,
    source: row.source,
    state: row.state,
    title: { zh: row.title_zh, en: row.title_en },
    subjectKind: row.subject_kind,
    subject: row.subject,
    causeGroup: row.cause_group,
    accountId: row.account_id,
    assignee: row.assignee_id === null ? null : { id: row.assignee_id, displayName: row.assignee_name ?? "" },
    openedAt: row.opened_at,
    respondBy: row.respond_by,
    respondClock: clockOf({ ...limit, dueAtMs: row.respond_by, doneAtMs: row.first_response_at }, nowMs),
    resolveBy: row.resolve_by,
    resolveClock: clockOf({ ...limit, dueAtMs: row.resolve_by, doneAtMs: row.resolved_at }, nowMs),
    firstResponseAt: row.first_response_at,
    resolvedAt: row.resolved_at,
    closedAt: row.closed_at,
    anomalies: row.anomalies,
    moneyPerDay: row.money_per_day,
    version: row.version,
  };
}
