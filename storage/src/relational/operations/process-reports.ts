import { ProcessReport } from "@nightflow/domain";
import type { Sql } from "../database.ts";

/** Who reports, and how often. */
export interface ReportingProcess {
  /** One name for this process's part, such as `host-1:4711:ingest`. */
  readonly process: string;
  readonly site: string;
  readonly everyS: number;
}

/** What a process said last, and how long ago by the database's own clock. */
export interface StoredProcessReport extends ReportingProcess {
  readonly report: ProcessReport;
  /** Real time of the database server, epoch ms. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly ageS: number;
  readonly hasEnded: boolean;
}

const KEPT_DAYS = 2;

/** Keeps what a process says of itself, in place of what it said before. */
export async function keepProcessReport(sql: Sql, from: ReportingProcess, report: ProcessReport): Promise<void> {
  await sql.query(
    `insert into process_report (process, part, site, every_s, is_ready, report) values ($1, $2, $3, $4, $5, $6)
     on conflict (process) do update set seen_at = clock_timestamp(), every_s = excluded.every_s, has_ended = false,
       is_ready = excluded.is_ready, report = excluded.report`,
    [from.process, report.part, from.site, from.everyS, report.isReady, JSON.stringify(report)],
  );
}

/** A process says good-bye: its silence from now on is no alarm. Also forgets those that have been gone for days. */
export async function endProcessReport(sql: Sql, process: string): Promise<void> {
  await sql.query("update process_report set has_ended = true, seen_at = clock_timestamp() where process = $1", [
    process,
  ]);
  await sql.query(`delete from process_report where seen_at < clock_timestamp() - interval '${KEPT_DAYS} days'`);
}

interface ReportRow {
  process: string;
  site: string;
  every_s: number;
  started_at: Date;
  seen_at: Date;
  age_s: number;
  has_ended: boolean;
  report: unknown;
}

/** What every process of the last days said last, by part and process. A report that this program cannot read is left out. */
export async function processReports(sql: Sql): Promise<StoredProcessReport[]> {
  const { rows } = await sql.query<ReportRow>(
    `select process, site, every_s, started_at, seen_at, has_ended, report,
            extract(epoch from clock_timestamp() - seen_at)::float8 as age_s
       from process_report where seen_at > clock_timestamp() - interval '${KEPT_DAYS} days' order by part, process`,
  );
  return rows.flatMap((row) => {
    const report = ProcessReport.safeParse(row.report);
    return report.success ? [storedReport(row, report.data)] : [];
  });
}

function storedReport(row: ReportRow, report: ProcessReport): StoredProcessReport {
  return {
    process: row.process,
    site: row.site,
    everyS: row.every_s,
    startedAt: row.started_at.getTime(),
    seenAt: row.seen_at.getTime(),
    ageS: Math.max(0, row.age_s),
    hasEnded: row.has_ended,
    report,
  };
}
