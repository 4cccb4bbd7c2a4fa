import type {
  AnomalyState,
  CauseGroup,
  OutcomeCode,
  RuleCode,
  SubjectKind,
  TicketPriority,
  TicketState,
} from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { type AlarmSqlRow, toAlarm } from "../alarms/row.ts";
import { ALARM_COLUMNS, ALARM_PRIORITY, alarmJoin, isClearedUnseen, isTold } from "../alarms/sql.ts";
import { type CursorRow, pageSql, type SortOrder, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { ruleWords } from "../tickets/words.ts";
import { evidenceOf } from "./evidence.ts";
import { OPEN_ANOMALY, WORK_RANK } from "./open.ts";
import type { AnomalyQuery, AnomalyRow } from "./wire.ts";

interface AnomalySqlRow extends AlarmSqlRow {
  id: string;
  rule: RuleCode;
  subject_kind: SubjectKind;
  subject: string;
  place: string | null;
  cause_group: CauseGroup;
  direction: "up" | "down";
  state: AnomalyState;
  commodity: "water" | "gas";
  starts_at: number;
  opened_at: number;
  last_seen_at: number;
  closed_at: number | null;
  evidence: unknown;
  rate_m3h: number | null;
  lost_m3: number | null;
  money_per_day: number;
  currency: string;
  confidence: number;
  rank: number;
  no_ticket_reason: string | null;
  ended_reason: { readonly zh: string; readonly en: string } | null;
  outcome: OutcomeCode | null;
  confirmed_cause: string | null;
  dma_id: string | null;
  account_id: string | null;
  ticket_id: string | null;
  ticket_no: string;
  ticket_state: TicketState;
  ticket_priority: TicketPriority;
  assignee: string | null;
}

const COLUMNS = `a.id, a.rule, a.subject_kind, a.subject, a.cause_group, a.direction, a.state, a.commodity,
  ${epochMs("a.starts_at")} as starts_at, ${epochMs("a.opened_at")} as opened_at,
  ${epochMs("a.last_seen_at")} as last_seen_at, ${epochMs("a.closed_at")} as closed_at, a.evidence, a.rate_m3h,
  a.lost_m3, a.money_per_day, a.currency, a.confidence, a.rank, a.no_ticket_reason, a.ended_reason, a.outcome, a.confirmed_cause,
  a.dma_id, a.account_id, t.id as ticket_id, t.no as ticket_no, t.state as ticket_state,
  t.priority as ticket_priority, u.display_name as assignee, place.text as place, ${ALARM_COLUMNS}`;

/** Where an anomaly is, in words: the address of a meter, the name of a district, the customer of an account. */
export const ANOMALY_PLACE = `
  left join lateral (
    select case a.subject_kind
      when 'meter' then (select sp.address from meter m join service_point sp on sp.id = m.service_point_id where m.id = a.subject)
      when 'dma' then (select d.name_zh from dma d where d.id = a.subject)
      when 'account' then (select cu.name from account ac join customer cu on cu.id = ac.customer_id
                            where ac.id::text = a.subject or ac.no = a.subject limit 1)
    end as text,
    case a.subject_kind when 'dma' then (select d.name_en from dma d where d.id = a.subject) end as text_en) place on true`;

/** SQL: findings with their ticket, place and alarm at `now`, a placeholder. */
function fromAt(now: string): string {
  return `anomaly a left join ticket t on t.id = a.ticket_id left join app_user u on u.id = t.assignee_id
    ${ANOMALY_PLACE} ${alarmJoin(now)}`;
}

function nowIn(filter: SqlFilter, nowMs: number): string {
  return `${filter.value(new Date(nowMs))}::timestamptz`;
}

const SORTS: Readonly<Record<AnomalyQuery["sort"], SortOrder>> = {
  rank: { expression: WORK_RANK, type: "float8", isDescending: true, id: "a.id" },
  newest: { expression: "a.opened_at", type: "timestamptz", isDescending: true, id: "a.id" },
};

/** A page of findings that a person may see. */
export async function listAnomalies(
  sql: Sql,
  by: Pick<Principal, "scope" | "userId">,
  query: AnomalyQuery,
  nowMs: number,
) {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, by.scope, "a.unit_id"))
    .andIf(query.rule, (value) => `a.rule = ${value}`)
    .andIf(query.group, (value) => `a.cause_group = ${value}`)
    .andIf(query.dma, (value) => `a.dma_id = ${value}`)
    .andIf(query.subjectKind, (value) => `a.subject_kind = ${value}`)
    .andIf(query.subject, (value) => `a.subject = ${value}`)
    .andIf(query.q && containing(query.q), (value) => `concat_ws(' ', a.subject, place.text, t.no) ilike ${value}`);
  filter
    .andIf(query.priority, (value) => `${ALARM_PRIORITY} = ${value}`)
    .andIf(query.owner === "me" ? by.userId : undefined, (value) => `al.owner_id = ${value}`);
  const now = nowIn(filter, nowMs);
  filterByState(filter, query, now);
  const from = fromAt(now);
  const page = pageSql(filter, SORTS[query.sort], query);
  const { rows } = await sql.query<AnomalySqlRow & CursorRow>(
    `select ${COLUMNS}, ${page.select} from ${from} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, (row) => toAnomalyRow(row, nowMs));
}

function filterByState(filter: SqlFilter, { state, alarm }: AnomalyQuery, now: string): void {
  if (state === "attention") filter.and(`((${OPEN_ANOMALY} and ${isTold(now)}) or ${isClearedUnseen(now)})`);
  else if (state === "active") filter.and(OPEN_ANOMALY);
  else if (state !== "all") filter.and(`a.state = ${filter.value(state)}`);
  if (alarm === "unacknowledged") filter.and(`al.acked_at is null and ${isTold(now)}`);
  if (alarm === "acknowledged") filter.and("al.acked_at is not null");
  if (alarm === "shelved") filter.and(`al.shelved_until > ${now} and work.id is null`);
  if (alarm === "suppressed") filter.and("work.id is not null");
}

/** One finding with its evidence, and others about the same subject or district. */
export async function loadAnomaly(sql: Sql, scope: Scope, id: string, nowMs: number) {
  const filter = new SqlFilter();
  filter.and(`a.id = ${filter.value(id)}`).and(inScope(filter, scope, "a.unit_id"));
  const from = fromAt(nowIn(filter, nowMs));
  const { rows } = await sql.query<AnomalySqlRow>(`select ${COLUMNS} from ${from} ${filter.where}`, filter.values);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("finding", id);
  const related = await relatedTo(sql, scope, row, nowMs);
  const endedReason = row.ended_reason;
  return { ...toAnomalyRow(row, nowMs), evidence: evidenceOf(row), endedReason, related };
}

async function relatedTo(sql: Sql, scope: Scope, row: AnomalySqlRow, nowMs: number): Promise<AnomalyRow[]> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "a.unit_id")).and(`a.id <> ${filter.value(row.id)}`);
  const subject = `(a.subject_kind = ${filter.value(row.subject_kind)} and a.subject = ${filter.value(row.subject)})`;
  filter.and(`(${subject} or (a.dma_id = ${filter.value(row.dma_id)} and ${OPEN_ANOMALY}))`);
  const from = fromAt(nowIn(filter, nowMs));
  const { rows } = await sql.query<AnomalySqlRow>(
    `select ${COLUMNS} from ${from} ${filter.where} order by a.opened_at desc limit 10`,
    filter.values,
  );
  return rows.map((row) => toAnomalyRow(row, nowMs));
}

const MOST_SIMILAR = 8;

/**
 * Ended findings of the same rule and kind of subject: those of the same district first, then those whose rate is nearest,
 * with an outcome before those without.
 */
export async function similarAnomalies(
  sql: Sql,
  scope: Scope,
  like: Pick<AnomalyRow, "id" | "rule" | "subjectKind" | "dmaId" | "rateM3h">,
  nowMs: number,
): Promise<AnomalyRow[]> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "a.unit_id")).and(`a.id <> ${filter.value(like.id)}`);
  filter.and(`a.rule = ${filter.value(like.rule)} and a.subject_kind = ${filter.value(like.subjectKind)}`);
  filter.and("a.state in ('closed', 'auto_closed', 'false_alarm', 'planned')");
  const rate = `${filter.value(like.rateM3h)}::float8`;
  const distance = `abs(ln(greatest(a.rate_m3h, 0.001) / greatest(${rate}, 0.001)))`;
  const from = fromAt(nowIn(filter, nowMs));
  const { rows } = await sql.query<AnomalySqlRow>(
    `select ${COLUMNS} from ${from} ${filter.where}
      order by (a.outcome is not null and a.outcome <> 'unknown') desc, (a.dma_id is not distinct from ${filter.value(like.dmaId)}) desc,
               ${distance} nulls last, a.opened_at desc limit ${MOST_SIMILAR}`,
    filter.values,
  );
  return rows.map((row) => toAnomalyRow(row, nowMs));
}

/** The findings of a ticket, newest first. */
export async function anomaliesOfTicket(
  sql: Sql,
  scope: Scope,
  ticketId: string,
  nowMs: number,
): Promise<AnomalyRow[]> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "a.unit_id")).and(`a.ticket_id = ${filter.value(ticketId)}`);
  const from = fromAt(nowIn(filter, nowMs));
  const { rows } = await sql.query<AnomalySqlRow>(
    `select ${COLUMNS} from ${from} ${filter.where} order by a.opened_at desc limit 100`,
    filter.values,
  );
  return rows.map((row) => toAnomalyRow(row, nowMs));
}

function toAnomalyRow(row: AnomalySqlRow, nowMs: number): AnomalyRow {
  const evidence = evidenceOf(row);
  return {
    id: row.id,
    rule: row.rule,
    ruleName: ruleWords(row.rule),
    subjectKind: row.subject_kind,
    subject: row.subject,
    place: row.place ?? "",
    causeGroup: row.cause_group,
    direction: row.direction,
    state: row.state,
    commodity: row.commodity,
    startsAt: row.starts_at,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    closedAt: row.closed_at,
    rateM3h: row.rate_m3h,
    lostM3: row.lost_m3,
    moneyPerDay: row.money_per_day,
    currency: row.currency,
    confidence: row.confidence,
    rank: row.rank,
    reason: evidence.reason,
    estimatedShare: evidence.estimatedShare,
    noTicketReason: row.no_ticket_reason,
    outcome: row.outcome,
    confirmedCause: row.confirmed_cause,
    dmaId: row.dma_id,
    accountId: row.account_id,
    ticket: ticketOf(row),
    alarm: toAlarm(row, { isActive: row.closed_at === null, openedAtMs: row.opened_at }, nowMs),
  };
}

function ticketOf(row: AnomalySqlRow): AnomalyRow["ticket"] {
  if (row.ticket_id === null) return null;
  return {
    id: row.ticket_id,
    no: row.ticket_no,
    state: row.ticket_state,
    priority: row.ticket_priority,
    assignee: row.assignee,
  };
}
