import { newId, type PlannedWorkKind } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { type CursorRow, pageSql, type SortOrder, toPage } from "../http/paging.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import type { AlarmDeskDeps } from "./act.ts";
import type { NewPlannedWork, PlannedWork, PlannedWorkQuery } from "./wire.ts";

interface PlannedWorkSqlRow {
  id: string;
  kind: PlannedWorkKind;
  subject_kind: "dma" | "meter";
  subject: string;
  starts_at: number;
  ends_at: number;
  reason: string;
  made_by: string;
  made_at: number;
  cancelled_at: number | null;
  suppressed: number;
}

const COLUMNS = `w.id, w.kind, w.subject_kind, w.subject, ${epochMs("w.starts_at")} as starts_at,
  ${epochMs("w.ends_at")} as ends_at, w.reason, u.display_name as made_by, ${epochMs("w.made_at")} as made_at,
  ${epochMs("w.cancelled_at")} as cancelled_at,
  (select count(*)::int from anomaly a where a.opened_at >= w.starts_at and a.opened_at < w.ends_at
     and ((w.subject_kind = a.subject_kind and w.subject = a.subject) or (w.subject_kind = 'dma' and w.subject = a.dma_id))) as suppressed`;

const NEWEST: SortOrder = { expression: "w.starts_at", type: "timestamptz", isDescending: true, id: "w.id" };

/** A page of planned works, the latest start first. */
export async function listPlannedWork(sql: Sql, scope: Scope, query: PlannedWorkQuery, nowMs: number) {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "w.unit_id")).andIf(query.subject, (value) => `w.subject = ${value}`);
  if (query.current) filter.and(`w.cancelled_at is null and w.ends_at > ${filter.value(new Date(nowMs))}`);
  const page = pageSql(filter, NEWEST, query);
  const { rows } = await sql.query<PlannedWorkSqlRow & CursorRow>(
    `select ${COLUMNS}, ${page.select} from planned_work w join app_user u on u.id = w.made_by ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toPlannedWork);
}

/**
 * Plans work: findings that begin while it lasts raise no alarm and no ticket.
 *
 * @throws {NotFoundProblem} when the district or meter does not exist or lies outside the person's scope.
 */
export function planWork(deps: AlarmDeskDeps, by: Principal, work: NewPlannedWork): Promise<PlannedWork> {
  return transactionWithRetry(deps.db, async (tx) => {
    const unitId = await unitOf(tx, by.scope, work);
    const id = newId();
    const { kind, subjectKind, subject, reason } = work;
    await tx.query(
      `insert into planned_work (id, kind, subject_kind, subject, starts_at, ends_at, reason, unit_id, made_by, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        kind,
        subjectKind,
        subject,
        new Date(work.startsAt),
        new Date(work.endsAt),
        reason,
        unitId,
        by.userId,
        new Date(deps.clock.now()),
      ],
    );
    await recordAudit(tx, deps.clock, by, {
      action: "planned_work.make",
      kind: "planned_work",
      subject: id,
      after: work,
      reason,
    });
    return loadPlannedWork(tx, id);
  });
}

/** Ends planned work before its time; what began meanwhile is told from now. */
export function cancelPlannedWork(deps: AlarmDeskDeps, by: Principal, id: string): Promise<PlannedWork> {
  return transactionWithRetry(deps.db, async (tx) => {
    const filter = new SqlFilter();
    filter.and(`w.id = ${filter.value(id)}`).and(inScope(filter, by.scope, "w.unit_id"));
    const { rows } = await tx.query<{ cancelled_at: Date | null }>(
      `select w.cancelled_at from planned_work w ${filter.where} for update`,
      filter.values,
    );
    if (rows[0] === undefined) throw new NotFoundProblem("planned work", id);
    if (rows[0].cancelled_at !== null)
      throw new ConflictProblem("PLANNED_WORK_ENDED", "this planned work was cancelled already", {
        remedy: "load the list again to see who cancelled it",
      });
    await tx.query("update planned_work set cancelled_at = $2, cancelled_by = $3 where id = $1", [
      id,
      new Date(deps.clock.now()),
      by.userId,
    ]);
    await recordAudit(tx, deps.clock, by, { action: "planned_work.cancel", kind: "planned_work", subject: id });
    return loadPlannedWork(tx, id);
  });
}

async function loadPlannedWork(sql: Sql, id: string): Promise<PlannedWork> {
  const { rows } = await sql.query<PlannedWorkSqlRow>(
    `select ${COLUMNS} from planned_work w join app_user u on u.id = w.made_by where w.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new NotFoundProblem("planned work", id);
  return toPlannedWork(row);
}

async function unitOf(sql: Sql, scope: Scope, { subjectKind, subject }: NewPlannedWork): Promise<string> {
  const filter = new SqlFilter();
  const owner = subjectKind === "dma" ? "dma" : "meter";
  filter.and(`s.id = ${filter.value(subject)}`).and(inScope(filter, scope, "s.unit_id"));
  const { rows } = await sql.query<{ unit_id: string }>(
    `select s.unit_id from ${owner} s ${filter.where}`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem(subjectKind === "dma" ? "district" : "meter", subject);
  return rows[0].unit_id;
}

function toPlannedWork(row: PlannedWorkSqlRow): PlannedWork {
  return {
    id: row.id,
    kind: row.kind,
    subjectKind: row.subject_kind,
    subject: row.subject,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    reason: row.reason,
    madeBy: row.made_by,
    madeAt: row.made_at,
    cancelledAt: row.cancelled_at,
    suppressedFindings: row.suppressed,
  };
}
