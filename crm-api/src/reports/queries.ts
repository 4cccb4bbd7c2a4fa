import type { Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { type CursorRow, pageSql, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import type { ReportQuery, ReportRun } from "./wire.ts";

interface ReportSqlRow {
  id: string;
  kind: "usage_curve";
  account_id: string;
  account_no: string;
  customer: string;
  period_from: string;
  period_to: string;
  language: "zh" | "en";
  state: ReportRun["state"];
  version: number;
  is_revised: boolean;
  newer_data_at: number | null;
  completeness: number | null;
  total_m3: number | null;
  data_cutoff_at: number | null;
  html_hash: string | null;
  csv_hash: string | null;
  error: string | null;
  requested_by: string | null;
  requested_at: number;
  finished_at: number | null;
}

const COLUMNS = `r.id, r.kind, r.account_id, ac.no as account_no, cu.name as customer, r.period_from::text as period_from,
  r.period_to::text as period_to, r.language, r.state, r.version, r.is_revised, ${epochMs("r.newer_data_at")} as newer_data_at, r.completeness,
  r.total_m3::float8 as total_m3, ${epochMs("r.data_cutoff_at")} as data_cutoff_at, r.html_hash, r.csv_hash, r.error,
  u.display_name as requested_by, ${epochMs("r.requested_at")} as requested_at,
  ${epochMs("r.finished_at")} as finished_at`;

const FROM = `report_run r join account ac on ac.id = r.account_id join customer cu on cu.id = ac.customer_id
  left join app_user u on u.id = r.requested_by`;

/** A page of reports that a person may see, newest first. */
export async function listReports(sql: Sql, scope: Scope, query: ReportQuery) {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, scope, "r.unit_id"))
    .andIf(query.accountId, (value) => `r.account_id = ${value}`)
    .andIf(query.state, (value) => `r.state = ${value}`);
  const page = pageSql(
    filter,
    { expression: "r.requested_at", type: "timestamptz", isDescending: true, id: "r.id" },
    query,
  );
  const { rows } = await sql.query<ReportSqlRow & CursorRow>(
    `select ${COLUMNS}, ${page.select} from ${FROM} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toReportRun);
}

/** One report of a person's scope. */
export async function loadReport(sql: Sql, scope: Scope, id: string): Promise<ReportRun> {
  return toReportRun(await loadReportRow(sql, scope, id));
}

/** Hash of a report's file; not found while it has none. */
export async function reportFileHash(sql: Sql, scope: Scope, id: string, kind: "html" | "csv"): Promise<string> {
  const row = await loadReportRow(sql, scope, id);
  const hash = kind === "html" ? row.html_hash : row.csv_hash;
  if (hash === null) throw new NotFoundProblem("file of report", id);
  return hash;
}

async function loadReportRow(sql: Sql, scope: Scope, id: string): Promise<ReportSqlRow> {
  const filter = new SqlFilter();
  filter.and(`r.id = ${filter.value(id)}`).and(inScope(filter, scope, "r.unit_id"));
  const { rows } = await sql.query<ReportSqlRow>(`select ${COLUMNS} from ${FROM} ${filter.where}`, filter.values);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("report", id);
  return row;
}

function toReportRun(row: ReportSqlRow): ReportRun {
  return {
    id: row.id,
    kind: row.kind,
    account: { id: row.account_id, no: row.account_no, customer: row.customer },
    periodFrom: row.period_from,
    periodTo: row.period_to,
    language: row.language,
    state: row.state,
    version: row.version,
    isRevised: row.is_revised,
    newerDataAt: row.newer_data_at,
    completeness: row.completeness,
    totalM3: row.total_m3,
    dataCutoffAt: row.data_cutoff_at,
    error: row.error,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    finishedAt: row.finished_at,
    htmlUrl: row.html_hash === null ? null : `/api/reports/${row.id}/file.html`,
    csvUrl: row.csv_hash === null ? null : `/api/reports/${row.id}/file.csv`,
  };
}
