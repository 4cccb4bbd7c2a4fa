import { ALARM_CRITICAL_PER_DAY, ALARM_MAJOR_PER_DAY } from "@nightflow/domain";
import { epochMs } from "../sql/filter.ts";

/** SQL: the priority of anomaly `a` (DOMAIN 3.7). */
export const ALARM_PRIORITY = `case
  when a.cause_group = 'safety' then 'safety'
  when a.state = 'past' or a.no_ticket_reason = 'below_threshold' then 'info'
  when a.rule = 'BURST' or a.money_per_day >= ${ALARM_CRITICAL_PER_DAY} then 'critical'
  when a.money_per_day >= ${ALARM_MAJOR_PER_DAY} or a.subject_kind = 'agent' then 'major'
  else 'minor' end`;

/** Episodes of one rule about one subject in a day from which its alarm chatters. */
export const CHATTERING_EPISODES = 3;

/** SQL: columns of an alarm, for `alarmJoin`. */
export const ALARM_COLUMNS = `${ALARM_PRIORITY} as priority, ${epochMs("al.acked_at")} as acked_at, acker.display_name as acked_by,
  al.ack_note, ${epochMs("al.shelved_until")} as shelved_until, shelver.display_name as shelved_by, al.shelve_reason,
  al.owner_id, alarm_owner.display_name as owner, coalesce(al.escalation, 0) as escalation,
  work.kind as work_kind, work.reason as work_reason, ${epochMs("work.ends_at")} as work_ends_at,
  (select count(*) from anomaly c where c.rule = a.rule and c.subject_kind = a.subject_kind and c.subject = a.subject
     and c.starts_at > a.starts_at - interval '1 day' and c.starts_at <= a.starts_at) >= ${CHATTERING_EPISODES} as is_chattering`;

/** SQL: what anomaly `a` is joined with for its alarm; `now` is the placeholder of the business time, a timestamptz. */
export function alarmJoin(now: string): string {
  return `left join alarm al on al.anomaly_id = a.id
    left join app_user acker on acker.id = al.acked_by
    left join app_user shelver on shelver.id = al.shelved_by
    left join app_user alarm_owner on alarm_owner.id = al.owner_id
    left join lateral (${coveringWork(now)}) work on true`;
}

/** SQL: the planned work that anomaly `a` began in and that lasts at `now`: its own subject's, or its district's. Safety is always told. */
export function coveringWork(now: string): string {
  return `select w.id, w.kind, w.reason, w.ends_at from planned_work w
     where a.cause_group <> 'safety' and w.cancelled_at is null and w.starts_at <= a.opened_at and w.ends_at > a.opened_at and w.ends_at > ${now}
       and ((w.subject_kind = a.subject_kind and w.subject = a.subject) or (w.subject_kind = 'dma' and w.subject = a.dma_id))
     order by w.ends_at desc limit 1`;
}

/** SQL: whether the alarm of anomaly `a` is neither shelved at `now` nor suppressed, for `alarmJoin`. */
export function isTold(now: string): string {
  return `work.id is null and (al.shelved_until is null or al.shelved_until <= ${now})`;
}

/** SQL: whether the finding of anomaly `a` ended by itself in the day before `now` and nobody has said that he saw it. */
export function isClearedUnseen(now: string): string {
  return `(a.state = 'auto_closed' and a.closed_at > ${now} - interval '1 day' and al.acked_at is null and ${ALARM_PRIORITY} <> 'info')`;
}
