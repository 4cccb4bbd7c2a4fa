import { type Analytics, analyticsFamilies, LagMeter } from "@nightflow/analytics";
import type { ReadingStore } from "@nightflow/storage";
import type { OperateView } from "../view.ts";

/** What an operator is shown of the detectors. */
export function analyticsView(
  analytics: Pick<Analytics, "stats">,
  store: Pick<ReadingStore, "counts">,
  maxLagS: number,
): OperateView {
  const meter = new LagMeter();
  const lag = async () => meter.look((await store.counts()).lastCommit, analytics.stats().cursor, performance.now());
  return {
    metrics: [async () => analyticsFamilies(analytics.stats(), await lag())],
    checks: [
      {
        name: "feed",
        async check() {
          const { commits, seconds } = await lag();
          if (seconds <= maxLagS) return null;
          return `the detectors are ${Math.round(seconds)} s and ${commits} commits behind`;
        },
      },
    ],
    figures: [
      async () => {
        const { commits, seconds } = await lag();
        const { cursor, findings, meters, retries } = analytics.stats();
        return { cursor, findings, meters, retries, lagCommits: commits, lagS: seconds };
      },
    ],
  };
}
