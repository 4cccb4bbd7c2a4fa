import { nightFlowChart, usageCurveChart } from "@nightflow/dashboards/reports";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import { useMemo } from "react";
import { type AnomalyRow, anomaliesQuery, type DmaDetail, dmaQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { BalancePanel } from "./district-balance.tsx";
import { words } from "./words.ts";

/** One district: its figures, nights, inflow and events. */
export function DistrictDetail(props: { readonly id: string }) {
  const { say } = useWords("control-room", words);
  const { pick } = useVocabulary();
  const router = useRouter();
  const { data, error, refetch } = useQuery(dmaQuery(props.id));
  if (data === undefined)
    return error === null ? <PageLoading /> : <Problem error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Panel
        title={pick(data.name)}
        extra={
          <span className="nf-actions">
            <Link to="/districts/$id" params={{ id: props.id }}>
              {say("wholePage")}
            </Link>
            <Button size="small" onClick={() => void router.navigate({ to: "/", search: {} })}>
              {say("closeDetail")}
            </Button>
          </span>
        }
      >
        <DistrictFigures district={data} />
      </Panel>
      <BalancePanel id={props.id} />
      <NightsPanel district={data} />
      <InflowPanel district={data} />
      <DistrictEvents id={props.id} />
      <Panel title={say("inletMeters")}>
        {data.meters.map((meter) => (
          <div key={meter.meterId}>
            {meter.sign === 1 ? "→" : "←"}{" "}
            <Link to="/meters/$id" params={{ id: meter.meterId }}>
              {meter.meterId}
            </Link>
          </div>
        ))}
      </Panel>
    </>
  );
}

/** The figures of a district in one look. */
export function DistrictFigures(props: { readonly district: DmaDetail }) {
  const { say } = useWords("control-room", words);
  const { flow, money, volume, number, share, dateTime } = useFormat();
  const { inflow, lastNight, nightLossM3h, lossPerDay, customers, mainsKm, connections } = props.district;
  const balance = differenceOf(lastNight?.inflowM3, lastNight?.customersM3);
  const figures: Figure[] = [
    { name: say("lossPerDay"), value: money(lossPerDay), note: flow(nightLossM3h) },
    { name: say("inflow"), value: flow(inflow?.flowM3h), note: dateTime(inflow?.endAt) },
    { name: say("night"), value: flow(lastNight?.mnfM3h), note: lastNight?.night },
    { name: say("balance"), value: volume(balance), note: lastNight?.night },
    { name: say("completeness"), value: share(lastNight?.completeness) },
    { name: say("customers"), value: number(customers, 0) },
    { name: say("connections"), value: number(connections, 0) },
    { name: say("mains"), value: mainsKm === null ? number(null) : `${number(mainsKm)} km` },
  ];
  return <FigureList figures={figures} />;
}

function differenceOf(inflow: number | null | undefined, customers: number | null | undefined): number | null {
  return inflow === null || inflow === undefined || customers === null || customers === undefined
    ? null
    : inflow - customers;
}

function NightsPanel(props: { readonly district: DmaDetail }) {
  const { say, language } = useWords("control-room", words);
  const { nights } = props.district;
  const option = useMemo(() => nightFlowChart({ nights, language }), [nights, language]);
  return (
    <Panel title={say("nights")}>
      {nights.length === 0 ? say("noData") : <LazyChart option={option} heightPx={220} label={say("nights")} />}
    </Panel>
  );
}

function InflowPanel(props: { readonly district: DmaDetail }) {
  const { say, language } = useWords("control-room", words);
  const { inflowCurve, zone } = props.district;
  const option = useMemo(() => {
    if (inflowCurve === null) return null;
    const hours = inflowCurve.stepMs / 3_600_000;
    const points = inflowCurve.startAt.map((startMs, index) => {
      const flowM3h = inflowCurve.flowM3h[index] ?? null;
      const quality = inflowCurve.quality[index] ?? "missing";
      return { startMs, volumeM3: flowM3h === null ? null : flowM3h * hours, quality };
    });
    return usageCurveChart({ points, stepMs: inflowCurve.stepMs, zone, volumeUnit: "m3", language });
  }, [inflowCurve, zone, language]);
  return (
    <Panel title={say("week")}>
      {option === null ? say("noCurve") : <LazyChart option={option} heightPx={220} label={say("week")} />}
    </Panel>
  );
}

/** The open events of a district. */
export function DistrictEvents(props: { readonly id: string }) {
  const { say } = useWords("control-room", words);
  const result = useInfiniteQuery(anomaliesQuery({ state: "active", sort: "rank", dma: props.id }));
  const { rows, error, onRetry } = rowsOfPages(result, useFlatRows<AnomalyRow>(result.data?.pages));
  return (
    <Panel title={say("districtEvents")}>
      <CompactEvents events={rows} empty={say("noEvents")} error={error} onRetry={onRetry} />
    </Panel>
  );
}
