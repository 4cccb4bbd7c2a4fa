import { gaugeFamily, type MetricFamily } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import { OPEN_TICKET } from "../tickets/open.ts";

/**
 * Open findings by cause, and open tickets by state and those past their time, of the whole installation.
 *
 * @param nowMs business time, by which tickets are due.
 */
export async function businessFamilies(sql: Sql, nowMs: number): Promise<MetricFamily[]> {
  const findings = await sql.query<{ cause_group: string; count: number }>(
    `select a.cause_group, count(*)::int as count from anomaly a where ${OPEN_ANOMALY} group by 1 order by 1`,
  );
  const tickets = await sql.query<{ state: string; count: number; overdue: number }>(
    `select t.state, count(*)::int as count, count(*) filter (where t.resolve_by < $1)::int as overdue
       from ticket t where ${OPEN_TICKET} group by 1 order by 1`,
    [new Date(nowMs)],
  );
  return [
    gaugeFamily(
      "nightflow_findings_open",
      "Findings that are open, by cause.",
      ...findings.rows.map(({ cause_group, count }) => ({ value: count, labels: { cause: cause_group } })),
    ),
    gaugeFamily(
      "nightflow_tickets_open",
      "Tickets that are open, by state.",
      ...tickets.rows.map(({ state, count }) => ({ value: count, labels: { state } })),
    ),
    gaugeFamily(
      "nightflow_tickets_overdue",
      "Open tickets past the time by which they were to be resolved.",
      tickets.rows.reduce((sum, { overdue }) => sum + overdue, 0),
    ),
  ];
}
