import { evidenceChart, nightFlowChart } from "@nightflow/dashboards/reports";
import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useMemo } from "react";
import type { AnomalyChart, AnomalyDetail } from "../../api/queries.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { evidencePoints } from "./evidence-points.ts";
import { words } from "./words.ts";

const HEIGHT_PX = 320;
const NIGHTS_HEIGHT_PX = 220;

/** Actual flow, what was expected, the floor, where it begins and where it was found; a district's nights below. */
export function EvidenceChart(props: { readonly event: AnomalyDetail; readonly chart: UseQueryResult<AnomalyChart> }) {
  const { say } = useWords("event", words);
  const { data, error, refetch } = props.chart;
  if (data === undefined)
    return error === null ? (
      <Skeleton.Node active style={{ width: "100%", height: HEIGHT_PX }} />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  if (data.startAt.length === 0 && data.nights.length === 0) return <p className="nf-soft">{say("noChart")}</p>;
  return (
    <>
      {data.nights.length > 0 && <Nights chart={data} />}
      {data.startAt.length > 0 && <Flow event={props.event} chart={data} />}
    </>
  );
}

function Flow(props: { readonly event: AnomalyDetail; readonly chart: AnomalyChart }) {
  const { say, language } = useWords("event", words);
  const { chart, event } = props;
  const endAtMs = event.closedAt;
  const option = useMemo(
    () =>
      evidenceChart({
        points: evidencePoints(chart),
        floorM3h: chart.floorM3h,
        startAtMs: chart.beginsAt,
        foundAtMs: chart.knowableAt,
        endAtMs,
        zone: chart.zone,
        volumeUnit: chart.unit === "Sm3/h" ? "Sm3" : "m3",
        language,
      }),
    [chart, endAtMs, language],
  );
  return <LazyChart option={option} heightPx={HEIGHT_PX} label={`${say("evidence")}: ${event.reason[language]}`} />;
}

function Nights(props: { readonly chart: AnomalyChart }) {
  const { say, language } = useWords("event", words);
  const { nights } = props.chart;
  const option = useMemo(() => nightFlowChart({ nights, language }), [nights, language]);
  return <LazyChart option={option} heightPx={NIGHTS_HEIGHT_PX} label={say("nights")} />;
}
