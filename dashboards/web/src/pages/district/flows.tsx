import { nightFlowChart, usageCurveChart, wallClockMs } from "@nightflow/dashboards/reports";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type AnomalyRow, anomaliesQuery, type DistrictSurroundings, type DmaDetail } from "../../api/queries.ts";
import { useFlatRows } from "../../api/use-pages.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useWords } from "../../words/use-words.ts";
import { RevisedNights } from "./revised-nights.tsx";
import { words } from "./words.ts";

const HOUR_MS = 3_600_000;
const REPAIRED: ReadonlySet<string> = new Set(["confirmed_leak_network", "confirmed_leak_customer", "burst"]);

type Expected = DistrictSurroundings["expectedInflow"];

/** Seven days of inflow beside what the same hours of the weeks before let expect. */
export function InflowPanel(props: { readonly district: DmaDetail; readonly expected: Expected | undefined }) {
  const { say, language } = useWords("district", words);
  const { district, expected } = props;
  const { inflowCurve, zone } = district;
  const option = useMemo(() => {
    if (inflowCurve === null) return null;
    const hours = inflowCurve.stepMs / HOUR_MS;
    const points = inflowCurve.startAt.map((startMs, index) => {
      const flowM3h = inflowCurve.flowM3h[index] ?? null;
      const quality = inflowCurve.quality[index] ?? "missing";
      return { startMs, volumeM3: flowM3h === null ? null : flowM3h * hours, quality };
    });
    const more = { ...(hasAny(expected) && { expected: expectedPoints(expected, hours) }) };
    return usageCurveChart({ points, ...more, stepMs: inflowCurve.stepMs, zone, volumeUnit: "m3", language });
  }, [inflowCurve, expected, zone, language]);
  return (
    <Panel title={say("inflow")}>
      {option === null ? say("noCurve") : <LazyChart option={option} heightPx={260} label={say("inflow")} />}
      {expected !== undefined && !hasAny(expected) && <p className="nf-soft nf-tight">{say("noExpected")}</p>}
    </Panel>
  );
}

function hasAny(expected: Expected | undefined): expected is Expected {
  return expected?.flowM3h.some((flow) => flow !== null) === true;
}

function expectedPoints(expected: Expected, hours: number) {
  return expected.startAt.map((startMs, at) => {
    const flow = expected.flowM3h[at] ?? null;
    return { startMs, volumeM3: flow === null ? null : flow * hours, quality: "good" as const };
  });
}

/** Sixty nights with what was expected of them; the rises that were found and the repairs are marked. */
export function NightsPanel(props: { readonly district: DmaDetail }) {
  const { say, language } = useWords("district", words);
  const { nights, zone, id } = props.district;
  const found = useInfiniteQuery(
    anomaliesQuery({ state: "all", sort: "newest", subjectKind: "dma", subject: id, group: "leak" }),
  );
  const events = useFlatRows<AnomalyRow>(found.data?.pages);
  const [step, repair] = [say("step"), say("repair")];
  const option = useMemo(() => {
    const first = nights[0]?.night ?? "";
    const marks = (events ?? []).flatMap((event) => marksOf(event, zone, { step, repair }));
    return nightFlowChart({ nights, language, marks: marks.filter((mark) => mark.night >= first) });
  }, [nights, events, zone, language, step, repair]);
  return (
    <Panel title={say("nights")}>
      {nights.length === 0 ? (
        <p className="nf-soft nf-tight">{say("noNights")}</p>
      ) : (
        <LazyChart option={option} heightPx={260} label={say("nights")} />
      )}
      <RevisedNights nights={props.district.revisedNights} />
    </Panel>
  );
}

function marksOf(event: AnomalyRow, zone: string, names: { readonly step: string; readonly repair: string }) {
  const dateOf = (at: number) => new Date(wallClockMs(at, zone)).toISOString().slice(0, 10);
  const isRepaired = event.closedAt !== null && event.outcome !== null && REPAIRED.has(event.outcome);
  return [
    { night: dateOf(event.startsAt), name: names.step, kind: "step" as const },
    ...(isRepaired ? [{ night: dateOf(event.closedAt ?? 0), name: names.repair, kind: "repair" as const }] : []),
  ];
}
