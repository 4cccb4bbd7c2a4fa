import { ALARM_ACK_WITHIN_MS, AlarmPriority, type CauseGroup, type RuleCode } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import { SqlFilter } from "../sql/filter.ts";
import { ruleWords } from "../tickets/words.ts";
import { ALARM_PRIORITY, alarmJoin, isTold } from "./sql.ts";
import type { AlarmSummary } from "./wire.ts";

const FLOOD_WINDOW_MS = 10 * 60_000;

/** What the summary is reckoned by. */
export interface SummaryLimits {
  /** More new alarms than this in ten minutes are a flood. */
  readonly floodAlarms: number;
  /** Findings that a person can work through in a day. */
  readonly perDay: number;
  /** Start of the company's day. */
  readonly dayStartMs: number;
  /** Who asks: his own day's work is counted apart. */
  readonly userId: string;
}

/** How the alarms of a scope stand at `nowMs`, with what floods grouped by district and rule. */
export async function alarmSummary(
  sql: Sql,
  scope: Scope,
  limits: SummaryLimits,
  nowMs: number,
): Promise<AlarmSummary> {
  const { perDay } = limits;
  const [standing, flood, handled] = await Promise.all([
    standingOf(sql, scope, nowMs),
    floodOf(sql, scope, limits.floodAlarms, nowMs),
    handledSince(sql, scope, limits.dayStartMs, limits.userId),
  ]);
  return { at: nowMs, ...standing, flood, budget: { perDay, ...handled } };
}

interface StandingRow {
  priority: AlarmPriority;
  unacknowledged: number;
  overdue: number;
  shelved: number;
  suppressed: number;
}

/** What of the alarms of a scope waits at `nowMs`. */
export async function standingOf(sql: Sql, scope: Scope, nowMs: number) {
  const filter = new SqlFilter();
  const now = `${filter.value(new Date(nowMs))}::timestamptz`;
  filter.and(inScope(filter, scope, "a.unit_id")).and(OPEN_ANOMALY);
  const told = isTold(now);
  const { rows } = await sql.query<StandingRow>(
    `select f.priority, count(*) filter (where f.is_told and not f.is_acked)::int as unacknowledged,
            count(*) filter (where f.is_told and not f.is_acked and f.opened_at + ${ackWithin("f.priority")} < ${now})::int as overdue,
            count(*) filter (where not f.is_told and not f.is_suppressed)::int as shelved,
            count(*) filter (where f.is_suppressed)::int as suppressed
       from (select ${ALARM_PRIORITY} as priority, a.opened_at, (${told}) as is_told, al.acked_at is not null as is_acked,
                    work.id is not null as is_suppressed
               from anomaly a ${alarmJoin(now)} ${filter.where}) f group by 1`,
    filter.values,
  );
  const total = (count: (row: StandingRow) => number) => rows.reduce((sum, row) => sum + count(row), 0);
  return {
    unacknowledged: byPriority(rows),
    overdue: total((row) => row.overdue),
    shelved: total((row) => row.shelved),
    suppressed: total((row) => row.suppressed),
  };
}

function byPriority(rows: readonly StandingRow[]): Record<AlarmPriority, number> {
  const counts = { safety: 0, critical: 0, major: 0, minor: 0, info: 0 };
  for (const row of rows) counts[row.priority] = row.unacknowledged;
  return counts;
}

/** SQL: how long an alarm of a priority may wait, an interval; null where nobody has to look. */
export function ackWithin(priority: string): string {
  const cases = AlarmPriority.options.flatMap((name) => {
    const ms = ALARM_ACK_WITHIN_MS[name];
    return ms === null ? [] : [`when '${name}' then interval '${ms} milliseconds'`];
  });
  return `(case ${priority} ${cases.join(" ")} end)`;
}

interface FloodRow {
  dma_id: string | null;
  name_zh: string | null;
  name_en: string | null;
  rule: RuleCode;
  cause_group: CauseGroup;
  ids: string[];
  count: number;
  money_per_day: number;
  counted_elsewhere: number;
}

// Several rules may see the same water: the dearest finding of a subject carries its money, the others say that it is counted there.
const IS_DEAREST = `row_number() over (partition by a.subject_kind, a.subject
  order by a.money_per_day desc nulls last, a.id) = 1`;

async function floodOf(sql: Sql, scope: Scope, floodAlarms: number, nowMs: number): Promise<AlarmSummary["flood"]> {
  const filter = new SqlFilter();
  const now = `${filter.value(new Date(nowMs))}::timestamptz`;
  filter
    .and(inScope(filter, scope, "a.unit_id"))
    .and(OPEN_ANOMALY)
    .and(`${isTold(now)} and al.acked_at is null and ${ALARM_PRIORITY} <> 'info'`)
    .and(`a.opened_at > ${filter.value(new Date(nowMs - FLOOD_WINDOW_MS))}`);
  const { rows } = await sql.query<FloodRow>(
    `select f.dma_id, d.name_zh, d.name_en, f.rule, f.cause_group, (array_agg(f.id order by f.rank desc))[1:1000] as ids,
            count(*)::int as count, coalesce(sum(f.money_per_day) filter (where f.is_dearest), 0)::float8 as money_per_day,
            count(*) filter (where not f.is_dearest)::int as counted_elsewhere
       from (select a.id, a.dma_id, a.rule, a.cause_group, a.rank, a.money_per_day, ${IS_DEAREST} as is_dearest
               from anomaly a ${alarmJoin(now)} ${filter.where}) f left join dma d on d.id = f.dma_id
      group by f.dma_id, d.name_zh, d.name_en, f.rule, f.cause_group order by 8 desc, 7 desc, f.rule`,
    filter.values,
  );
  const total = (of: (row: FloodRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const count = total((row) => row.count);
  const moneyPerDay = total((row) => row.money_per_day);
  return count > floodAlarms ? { count, moneyPerDay, groups: rows.map(toGroup) } : null;
}

function toGroup(row: FloodRow) {
  return {
    dmaId: row.dma_id,
    dmaName: row.name_zh === null ? null : { zh: row.name_zh, en: row.name_en ?? row.name_zh },
    rule: row.rule,
    ruleName: ruleWords(row.rule),
    group: row.cause_group,
    ids: row.ids,
    count: row.count,
    moneyPerDay: row.money_per_day,
    countedElsewhere: row.counted_elsewhere,
  };
}

/** Findings acknowledged or ended since an instant: by anybody, and by one person, who acknowledged them or closed their ticket. */
async function handledSince(sql: Sql, scope: Scope, sinceMs: number, userId: string) {
  const filter = new SqlFilter();
  const since = filter.value(new Date(sinceMs));
  filter
    .and(inScope(filter, scope, "a.unit_id"))
    .and(`(al.acked_at >= ${since} or (a.state in ('false_alarm', 'planned', 'closed') and a.closed_at >= ${since}))`);
  const me = `${filter.value(userId)}::uuid`;
  const isMine = `(al.acked_by = ${me} and al.acked_at >= ${since}) or exists (
    select 1 from ticket_step s where s.ticket_id = a.ticket_id and s.actor_id = ${me} and s.to_state = 'closed' and s.at >= ${since})`;
  const { rows } = await sql.query<{ handledToday: number; handledByMe: number }>(
    `select count(*)::int as "handledToday", count(*) filter (where ${isMine})::int as "handledByMe"
       from anomaly a left join alarm al on al.anomaly_id = a.id ${filter.where}`,
    filter.values,
  );
  return rows[0] ?? { handledToday: 0, handledByMe: 0 };
}
