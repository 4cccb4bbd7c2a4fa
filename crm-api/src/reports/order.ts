import { type Clock, newId } from "@nightflow/domain";
import type { JobQueue, Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { monthPeriod } from "../http/zone-time.ts";
import { SqlFilter } from "../sql/filter.ts";
import { type Actor, recordAudit, recordEvents } from "../system/record.ts";
import type { ReportOrder } from "./wire.ts";

/** Queue of reports to make; payload `{reportId}`. */
export const USAGE_REPORT_QUEUE = "usage-report";

const TRIES = 4;

/** What an order came to. `isNew` is false when the same report was ordered already and is not made yet. */
export interface OrderedReport {
  readonly id: string;
  readonly isNew: boolean;
}

/**
 * Orders a monthly report in the caller's transaction: its row, the job that makes it, the audit entry. A report that is
 * being made is not ordered again; one that was made already is made anew as the next version.
 */
export async function orderReport(
  tx: Sql,
  { clock, jobs }: { readonly clock: Clock; readonly jobs: JobQueue },
  by: Actor,
  scope: Scope,
  order: ReportOrder,
): Promise<OrderedReport> {
  const account = await lockAccount(tx, scope, order.accountId);
  const period = monthPeriod(order.month);
  const before = await earlierRuns(tx, order, period.from);
  if (before.underWayId !== null) return { id: before.underWayId, isNew: false };
  const id = newId();
  await tx.query(
    `insert into report_run (id, kind, account_id, period_from, period_to, language, state, version, is_revised,
       requested_by, requested_at, unit_id) values ($1, 'usage_curve', $2, $3, $4, $5, 'ordered', $6, $7, $8, $9, $10)`,
    [
      id,
      account.id,
      period.from,
      period.to,
      order.language,
      before.version + 1,
      before.version > 0,
      by.userId,
      new Date(clock.now()),
      account.unit_id,
    ],
  );
  const request = { queue: USAGE_REPORT_QUEUE, payload: { reportId: id }, maxAttempts: TRIES };
  await jobs.enqueue(tx, request);
  await recordAudit(tx, clock, by, { action: "report.order", kind: "report", subject: id, after: { ...order } });
  await recordEvents(tx, clock, [{ kind: "report", subject: id, unitPath: account.unit_path }]);
  return { id, isNew: true };
}

interface LockedAccount {
  id: string;
  unit_id: string;
  unit_path: string;
}

// Two orders for one account wait for each other here, so that they do not both find nothing.
async function lockAccount(tx: Sql, scope: Scope, id: string): Promise<LockedAccount> {
  const filter = new SqlFilter();
  filter.and(`ac.id = ${filter.value(id)}`).and(inScope(filter, scope, "ac.unit_id"));
  const { rows } = await tx.query<LockedAccount>(
    `select ac.id, ac.unit_id, o.path as unit_path from account ac join org_unit o on o.id = ac.unit_id
      ${filter.where} for no key update of ac`,
    filter.values,
  );
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("account", id);
  return row;
}

async function earlierRuns(tx: Sql, { accountId, language }: ReportOrder, from: string) {
  const { rows } = await tx.query<{ version: number; underWayId: string | null }>(
    `select coalesce(max(version) filter (where state = 'done'), 0)::int as version,
            (array_agg(id) filter (where state in ('ordered', 'running')))[1] as "underWayId"
       from report_run where account_id = $1 and period_from = $2 and language = $3`,
    [accountId, from, language],
  );
  return rows[0] ?? { version: 0, underWayId: null };
}
