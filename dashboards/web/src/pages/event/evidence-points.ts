import type { EvidencePoint } from "@nightflow/dashboards/reports";
import type { AnomalyChart } from "../../api/queries.ts";

/** The columns of the API's answer as points of the chart core; estimates are marked, gaps stay gaps. */
export function evidencePoints(chart: AnomalyChart): EvidencePoint[] {
  return chart.startAt.map((startMs, index) => ({
    startMs,
    flowM3h: chart.actualM3h[index] ?? null,
    isEstimated: chart.quality[index] === "estimated",
    expectedM3h: chart.expectedM3h,
    bandLowM3h: chart.bandLowM3h,
    bandHighM3h: chart.bandHighM3h,
  }));
}
