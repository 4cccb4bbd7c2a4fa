import type { UsageCurveReport } from "@nightflow/analytics/pure";
import { type Clock, describeError } from "@nightflow/domain";
import {
  type Database,
  type FileStore,
  type Job,
  type ReadingStore,
  recordFile,
  type Sql,
  type StoredFile,
} from "@nightflow/storage";
import { z } from "zod";
import type { ReportRenderer } from "../deps.ts";
import { buildReport } from "../reports/build.ts";
import { recordEvents } from "../system/record.ts";

/** Payload of jobs that make a report. */
export const ReportJob = z.object({ reportId: z.uuid() });

/** What making reports depends on. */
export interface ReportDeskDeps {
  readonly db: Database;
  readonly store: ReadingStore;
  readonly clock: Clock;
  readonly files: FileStore;
  readonly renderer: ReportRenderer;
}

interface RunRow {
  id: string;
  account_id: string;
  period_from: string;
  period_to: string;
  language: "zh" | "en";
  version: number;
  is_revised: boolean;
  unit_path: string;
}

/**
 * Makes a report: builds it, draws it, keeps its files and marks its row done together with the job. What goes wrong is
 * written in the row; `isLastTry` makes it failed, else it waits for the next try.
 */
export async function makeReport(
  deps: ReportDeskDeps,
  reportId: string,
  complete: (tx: Sql) => Promise<void>,
): Promise<void> {
  const run = await beginRun(deps.db, reportId);
  if (run === undefined) return deps.db.transaction(complete);
  const dataCutoffMs = deps.clock.now();
  const report = await buildReport(deps.db, deps.store, {
    accountId: run.account_id,
    period: { from: run.period_from, to: run.period_to },
    version: run.version,
    isRevised: run.is_revised,
    dataCutoffMs,
  });
  const files = await drawFiles(deps, report, run.language);
  await deps.db.transaction(async (tx) => {
    await finishRun(tx, deps.clock, run, report, files);
    await complete(tx);
    await recordEvents(tx, deps.clock, [{ kind: "report", subject: run.id, unitPath: run.unit_path }]);
  });
}

/** Marks a report as being made; undefined when it is done or gone, so that a repeated job makes no second one. */
async function beginRun(db: Database, reportId: string): Promise<RunRow | undefined> {
  const { rows } = await db.query<RunRow>(
    `update report_run r set state = 'running', error = null from org_unit o
      where r.id = $1 and r.state <> 'done' and o.id = r.unit_id
      returning r.id, r.account_id, r.period_from::text as period_from, r.period_to::text as period_to, r.language,
                r.version, r.is_revised, o.path as unit_path`,
    [reportId],
  );
  return rows[0];
}

interface DrawnFiles {
  readonly html: StoredFile;
  readonly csv: StoredFile;
}

async function drawFiles(deps: ReportDeskDeps, report: UsageCurveReport, language: "zh" | "en"): Promise<DrawnFiles> {
  const drawn = await deps.renderer.usageCurve(report, language);
  return {
    html: await deps.files.put(Buffer.from(drawn.html, "utf8"), "text/html; charset=utf-8"),
    csv: await deps.files.put(Buffer.from(drawn.csv, "utf8"), "text/csv; charset=utf-8"),
  };
}

async function finishRun(
  tx: Sql,
  clock: Clock,
  run: RunRow,
  report: UsageCurveReport,
  files: DrawnFiles,
): Promise<void> {
  await recordFile(tx, files.html);
  await recordFile(tx, files.csv);
  await tx.query(
    `update report_run set state = 'done', completeness = $2, total_m3 = $3, data_cutoff_at = $4, html_hash = $5,
            csv_hash = $6, error = null, finished_at = $7 where id = $1`,
    [
      run.id,
      report.figures.completeness.share,
      report.figures.totalM3,
      new Date(report.dataCutoffMs),
      files.html.hash,
      files.csv.hash,
      new Date(clock.now()),
    ],
  );
}

/** Writes into a report's row why a try failed; the last one makes it `failed`. */
export async function noteReportFailure(
  { db, clock }: Pick<ReportDeskDeps, "db" | "clock">,
  reportId: string,
  error: unknown,
  isLastTry: boolean,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ unit_path: string }>(
      `update report_run r set error = $2, state = case when $3 then 'failed' else 'ordered' end,
              finished_at = case when $3 then $4::timestamptz else null end
         from org_unit o where r.id = $1 and r.state <> 'done' and o.id = r.unit_id returning o.path as unit_path`,
      [reportId, describeError(error).slice(0, 1000), isLastTry, new Date(clock.now())],
    );
    const unitPath = rows[0]?.unit_path;
    if (unitPath !== undefined) await recordEvents(tx, clock, [{ kind: "report", subject: reportId, unitPath }]);
  });
}

/** Whether a job that fails with `error` now gets no further try. */
export function isLastTry(job: Pick<Job, "attempts" | "maxAttempts">, error: unknown): boolean {
  const isHopeless = error instanceof Error && "retriable" in error && error.retriable === false;
  return isHopeless || job.attempts >= job.maxAttempts;
}
