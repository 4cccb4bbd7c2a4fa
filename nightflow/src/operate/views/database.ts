import { gaugeFamily, type MetricFamily } from "@nightflow/domain";
import { jobCensus, type QueueCensus, type Sql } from "@nightflow/storage";
import type { OperateView } from "../view.ts";

/** That PostgreSQL answers this thread. */
export function databaseView(sql: Sql): Pick<OperateView, "checks"> {
  return {
    checks: [
      {
        name: "PostgreSQL",
        async check() {
          await sql.query("select 1");
          return null;
        },
      },
    ],
  };
}

/** The queues of jobs; shown by one part of an installation only, since all would count the same rows. */
export function jobsView(sql: Sql): Pick<OperateView, "metrics" | "figures"> {
  return {
    metrics: [async () => jobFamilies(await jobCensus(sql))],
    figures: [async () => jobFigures(await jobCensus(sql))],
  };
}

/** Jobs that are not done, by queue. */
export function jobFamilies(queues: readonly QueueCensus[]): MetricFamily[] {
  const jobs = queues.flatMap(({ queue, waiting, running, dead }) => [
    { value: waiting, labels: { queue, state: "waiting" } },
    { value: running, labels: { queue, state: "running" } },
    { value: dead, labels: { queue, state: "dead" } },
  ]);
  const due = queues.map(({ queue, oldestDueS }) => ({ value: oldestDueS, labels: { queue } }));
  return [
    gaugeFamily("nightflow_jobs", "Jobs that are not done; dead ones have failed for good.", ...jobs),
    gaugeFamily("nightflow_jobs_oldest_due_seconds", "How long the oldest waiting job has been due.", ...due),
  ];
}

function jobFigures(queues: readonly QueueCensus[]): Record<string, number> {
  const sum = (of: (queue: QueueCensus) => number) => queues.reduce((total, queue) => total + of(queue), 0);
  return {
    jobsWaiting: sum((queue) => queue.waiting),
    jobsRunning: sum((queue) => queue.running),
    jobsDead: sum((queue) => queue.dead),
    jobsOldestDueS: Math.max(0, ...queues.map((queue) => queue.oldestDueS)),
  };
}
