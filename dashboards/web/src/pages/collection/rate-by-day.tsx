import { readRateChart } from "@nightflow/dashboards/reports";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { collectionDaysQuery } from "../../api/queries.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const HEIGHT_PX = 200;

/** What share of the readings came on each of the last thirty days. */
export function RateByDay() {
  const { say } = useWords("collection", words);
  const { language } = useFormat();
  const { data, error, refetch } = useQuery(collectionDaysQuery);
  const option = useMemo(() => data && readRateChart({ days: data.days, language }), [data, language]);
  return (
    <Panel title={say("byDay")}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data?.days.length === 0 && <p className="nf-soft">{say("noDays")}</p>}
      {option !== undefined && data?.days.length !== 0 && (
        <LazyChart option={option} heightPx={HEIGHT_PX} label={say("byDay")} />
      )}
    </Panel>
  );
}
