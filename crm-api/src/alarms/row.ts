import { ALARM_ACK_WITHIN_MS, type AlarmPriority, alarmStateAt, type PlannedWorkKind } from "@nightflow/domain";
import type { Alarm } from "./wire.ts";

/** `ALARM_COLUMNS` of a row. */
export interface AlarmSqlRow {
  priority: AlarmPriority;
  acked_at: number | null;
  acked_by: string | null;
  ack_note: string | null;
  shelved_until: number | null;
  shelved_by: string | null;
  shelve_reason: string | null;
  owner_id: string | null;
  owner: string | null;
  escalation: number;
  work_kind: PlannedWorkKind | null;
  work_reason: string | null;
  work_ends_at: number | null;
  is_chattering: boolean;
}

/** The alarm of a finding at `nowMs`. */
export function toAlarm(
  row: AlarmSqlRow,
  finding: { readonly isActive: boolean; readonly openedAtMs: number },
  nowMs: number,
): Alarm {
  const state = alarmStateAt(
    {
      isActive: finding.isActive,
      isAcknowledged: row.acked_at !== null,
      shelvedUntilMs: row.shelved_until,
      plannedWork: row.work_kind,
    },
    nowMs,
  );
  const ackWithinMs = ALARM_ACK_WITHIN_MS[row.priority];
  const isShelved = state === "shelved";
  return {
    state,
    priority: row.priority,
    ackBy: state === "active_unack" && ackWithinMs !== null ? finding.openedAtMs + ackWithinMs : null,
    ackedAt: row.acked_at,
    ackedBy: row.acked_by,
    ackNote: row.ack_note,
    shelvedUntil: isShelved ? row.shelved_until : null,
    shelvedBy: isShelved ? row.shelved_by : null,
    shelveReason: isShelved ? row.shelve_reason : null,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner ?? "" },
    escalation: row.escalation,
    plannedWork: plannedWorkOf(row),
    isChattering: row.is_chattering,
  };
}

function plannedWorkOf(row: AlarmSqlRow): Alarm["plannedWork"] {
  if (row.work_kind === null) return null;
  return { kind: row.work_kind, reason: row.work_reason ?? "", endsAt: row.work_ends_at ?? 0 };
}
