import { describeError, parseTraceparent } from "@nightflow/domain";
import { isTracing, type Job, type JobContext, type JobQueue, startStage, traced } from "@nightflow/storage";
import type { Logger } from "pino";
import { watchAlarms } from "../alarms/watch.ts";
import type { ApiConfig } from "../config.ts";
import { watchHeadEnds } from "../operations/watch.ts";
import { USAGE_REPORT_QUEUE } from "../reports/order.ts";
import { ANOMALY_CLEARED_QUEUE, noteCleared } from "./anomaly-cleared.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { startMonthlyReports } from "./monthly-reports.ts";
import { AnomalyJob, OPEN_TICKET_QUEUE, openTicket } from "./open-ticket.ts";
import { watchRepairs } from "./repair-checks.ts";
import { isLastTry, makeReport, noteReportFailure, type ReportDeskDeps, ReportJob } from "./usage-report.ts";

/** What the workers stand on. */
export interface WorkersDeps extends ReportDeskDeps {
  readonly jobs: JobQueue;
  readonly config: Pick<ApiConfig, "leakP2PerDay" | "reportOrderDays">;
  readonly logger: Logger;
}

/** Running workers. */
export interface Workers {
  /** Takes no more jobs and waits for those under way. */
  stop(): Promise<void>;
}

/** Starts what works in the background: tickets for findings, notes on ended ones, reports, the monthly schedule. */
export async function startWorkers(deps: WorkersDeps): Promise<Workers> {
  const { jobs, config } = deps;
  const workers = await Promise.all([
    jobs.startWorker({ queue: OPEN_TICKET_QUEUE, handler: ticketHandler(deps), concurrency: 4 }),
    jobs.startWorker({ queue: ANOMALY_CLEARED_QUEUE, handler: clearedHandler(deps) }),
    jobs.startWorker({ queue: USAGE_REPORT_QUEUE, handler: reportHandler(deps) }),
  ]);
  const stopMonthly = startMonthlyReports({ ...deps, orderDays: config.reportOrderDays });
  const stopHousekeeping = startHousekeeping(deps);
  const stopWatching = watchHeadEnds(deps);
  const stopAlarms = watchAlarms(deps);
  const stopRepairs = watchRepairs(deps);
  return {
    async stop() {
      await Promise.all([
        stopMonthly(),
        stopHousekeeping(),
        stopWatching(),
        stopAlarms(),
        stopRepairs(),
        ...workers.map((worker) => worker.stop()),
      ]);
    },
  };
}

function ticketHandler(deps: WorkersDeps) {
  const desk = { db: deps.db, clock: deps.clock, leakP2PerDay: deps.config.leakP2PerDay };
  return async (job: Job, context: JobContext) => {
    const { anomalyId, traceparent } = AnomalyJob.parse(job.payload);
    const place = isTracing() ? parseTraceparent(traceparent) : undefined;
    const span = place && startStage("crm ticket", place, { attributes: { "nightflow.anomaly": anomalyId } });
    const opened = await traced(span, async () => {
      const result = await openTicket(desk, anomalyId, (tx) => context.completeIn(tx));
      span?.setAttributes({
        "nightflow.outcome": result.kind,
        ...("no" in result && { "nightflow.ticket": result.no }),
      });
      return result;
    });
    deps.logger.info({ anomalyId, ...opened }, "a finding's ticket");
  };
}

function clearedHandler(deps: WorkersDeps) {
  return async (job: Job, context: JobContext) => {
    const { anomalyId } = AnomalyJob.parse(job.payload);
    await noteCleared(deps, anomalyId, (tx) => context.completeIn(tx));
  };
}

function reportHandler(deps: WorkersDeps) {
  return async (job: Job, context: JobContext) => {
    const { reportId } = ReportJob.parse(job.payload);
    try {
      await makeReport(deps, reportId, (tx) => context.completeIn(tx));
    } catch (error) {
      deps.logger.warn({ reportId, reason: describeError(error) }, "a report could not be made");
      await noteReportFailure(deps, reportId, error, isLastTry(job, error));
      throw error;
    }
  };
}
