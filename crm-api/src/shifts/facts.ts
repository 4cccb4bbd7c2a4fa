import type { AlarmPriority, RuleCode, TicketPriority } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { ALARM_PRIORITY } from "../alarms/sql.ts";
import { standingOf } from "../alarms/summary.ts";
import { OPEN_ANOMALY, WORK_RANK } from "../anomalies/open.ts";
import { ANOMALY_PLACE } from "../anomalies/queries.ts";
import { SqlFilter } from "../sql/filter.ts";
import { ruleWords } from "../tickets/words.ts";
import type { ShiftFacts } from "./wire.ts";

const WORST = 10;

/** What stands open in a scope at `nowMs`, and what happened since the last hand-over. */
export async function shiftFacts(sql: Sql, scope: Scope, nowMs: number): Promise<ShiftFacts> {
  const sinceAt = await lastHandOver(sql, scope);
  // One after the other: a transaction's connection takes one query at a time.
  const happened = await happenedSince(sql, scope, sinceAt ?? 0);
  const { unacknowledged, shelved, suppressed } = await standingOf(sql, scope, nowMs);
  return { sinceAt, ...happened, unacknowledged, shelved, suppressed, worst: await worstNow(sql, scope) };
}

async function lastHandOver(sql: Sql, scope: Scope): Promise<number | null> {
  const filter = new SqlFilter();
  filter.and("e.kind = 'hand_over'").and(inScope(filter, scope, "e.unit_id"));
  const { rows } = await sql.query<{ at: Date | null }>(
    `select max(e.at) as at from shift_entry e ${filter.where}`,
    filter.values,
  );
  return rows[0]?.at?.getTime() ?? null;
}

async function happenedSince(sql: Sql, scope: Scope, sinceMs: number) {
  const filter = new SqlFilter();
  const since = filter.value(new Date(sinceMs));
  const inA = inScope(filter, scope, "a.unit_id");
  const inT = inScope(filter, scope, "t.unit_id");
  const { rows } = await sql.query<{ opened: number; ended: number; tickets: number; closed: number }>(
    `select (select count(*)::int from anomaly a where a.opened_at >= ${since} and a.state <> 'past' and ${inA}) as opened,
            (select count(*)::int from anomaly a where a.closed_at >= ${since} and ${inA}) as ended,
            (select count(*)::int from ticket t where t.opened_at >= ${since} and ${inT}) as tickets,
            (select count(*)::int from ticket t where t.closed_at >= ${since} and ${inT}) as closed`,
    filter.values,
  );
  const { opened = 0, ended = 0, tickets = 0, closed = 0 } = rows[0] ?? {};
  return { newFindings: opened, endedFindings: ended, ticketsOpened: tickets, ticketsClosed: closed };
}

interface WorstRow {
  id: string;
  rule: RuleCode;
  subject: string;
  place: string | null;
  priority: AlarmPriority;
  money_per_day: number;
  currency: string;
  owner: string | null;
  ticket_no: string | null;
  ticket_priority: TicketPriority | null;
}

async function worstNow(sql: Sql, scope: Scope): Promise<ShiftFacts["worst"]> {
  const filter = new SqlFilter();
  filter.and(OPEN_ANOMALY).and(inScope(filter, scope, "a.unit_id"));
  const { rows } = await sql.query<WorstRow>(
    `select a.id, a.rule, a.subject, place.text as place, ${ALARM_PRIORITY} as priority, a.money_per_day, a.currency,
            coalesce(u.display_name, w.display_name) as owner, t.no as ticket_no, t.priority as ticket_priority
       from anomaly a left join alarm al on al.anomaly_id = a.id left join app_user u on u.id = al.owner_id
            left join ticket t on t.id = a.ticket_id left join app_user w on w.id = t.assignee_id ${ANOMALY_PLACE}
       ${filter.where} order by ${WORK_RANK} desc, a.id limit ${WORST}`,
    filter.values,
  );
  return rows.map((row) => ({
    id: row.id,
    rule: row.rule,
    ruleName: ruleWords(row.rule),
    subject: row.subject,
    place: row.place ?? "",
    priority: row.priority,
    moneyPerDay: row.money_per_day,
    currency: row.currency,
    owner: row.owner,
    ticketNo: row.ticket_no,
    ticketPriority: row.ticket_priority,
  }));
}
