import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { type CursorRow, pageSql, toPage } from "../http/paging.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import type { AuditQuery, AuditRow } from "./wire.ts";

interface AuditSqlRow {
  no: number;
  at: number;
  actor: string;
  action: string;
  subject_kind: string;
  subject: string;
  before: unknown;
  after: unknown;
  reason: string | null;
  remote_address: string | null;
}

/** The audit trail, newest first. Entries name no unit, so people of one region see what people of that region did. */
export async function listAudit(sql: Sql, scope: Scope, query: AuditQuery) {
  const filter = new SqlFilter();
  filter
    .andIf(query.subject, (value) => `e.subject = ${value}`)
    .andIf(query.action, (value) => `e.action = ${value}`)
    .andIf(query.actor, (value) => `e.actor = ${value}`);
  if (!scope.isWhole)
    filter.and(`e.actor_id in (select u.id from app_user u where ${inScope(filter, scope, "u.unit_id")})`);
  const page = pageSql(filter, { expression: "e.no", type: "bigint", isDescending: true, id: "e.no" }, query);
  const { rows } = await sql.query<AuditSqlRow & CursorRow>(
    `select e.no::float8 as no, ${epochMs("e.at")} as at, e.actor, e.action, e.subject_kind, e.subject, e.before, e.after,
            e.reason, e.remote_address, ${page.select}
       from audit_entry e ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toAuditRow);
}

function toAuditRow(row: AuditSqlRow): z.infer<typeof AuditRow> {
  return {
    no: row.no,
    at: row.at,
    actor: row.actor,
    action: row.action,
    subjectKind: row.subject_kind,
    subject: row.subject,
    before: row.before,
    after: row.after,
    reason: row.reason,
    remoteAddress: row.remote_address,
  };
}
