import type { AnomalyChart, AnomalyDetail } from "../../api/queries.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { unitOfCommodity } from "../../parts/subject-link.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago, When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { detailText } from "./detail-words.ts";
import { words } from "./words.ts";

/** The figures of an event, each with unit, time and trust. */
export function EventFigures(props: { readonly event: AnomalyDetail; readonly chart: AnomalyChart | undefined }) {
  const { say } = useWords("event", words);
  const { pick } = useVocabulary();
  return (
    <>
      <FigureList figures={[...useFlowFigures(props.event, props.chart), ...useWorthFigures(props.event)]} />
      <p style={{ margin: "12px 0 0" }}>
        <strong>{say("clears")}: </strong>
        {pick(props.event.evidence.clearsWhen)}
      </p>
    </>
  );
}

function useFlowFigures(event: AnomalyDetail, chart: AnomalyChart | undefined): Figure[] {
  const { say } = useWords("event", words);
  const { flow, number } = useFormat();
  const unit = chart?.unit === undefined || chart.unit === null ? unitOfCommodity(event.commodity) : unitOf(chart.unit);
  const { actualM3h, expectedM3h, bandLowM3h, bandHighM3h, floorM3h } = event.evidence;
  const band =
    bandLowM3h === null || bandHighM3h === null
      ? undefined
      : say("band", { low: number(bandLowM3h, 3), high: number(bandHighM3h, 3) });
  return [
    { name: say("rate"), value: flow(event.rateM3h, unit) },
    ...(actualM3h === null ? [] : [{ name: say("actual"), value: flow(actualM3h, unit) }]),
    ...(expectedM3h === null ? [] : [{ name: say("expected"), value: flow(expectedM3h, unit), note: band }]),
    ...(floorM3h === null ? [] : [{ name: say("floor"), value: flow(floorM3h, unit), note: say("floorNote") }]),
  ];
}

function unitOf(unit: "m3/h" | "Sm3/h"): "m3" | "Sm3" {
  return unit === "Sm3/h" ? "Sm3" : "m3";
}

function useWorthFigures(event: AnomalyDetail): Figure[] {
  const { say } = useWords("event", words);
  const { word } = useVocabulary();
  const { volume, money, share, number } = useFormat();
  const outcome =
    event.outcome === null
      ? []
      : [{ name: say("outcome"), value: word("outcome", event.outcome), note: event.confirmedCause }];
  return [
    { name: say("lost"), value: volume(event.lostM3, unitOfCommodity(event.commodity)) },
    { name: say("money"), value: money(event.moneyPerDay) },
    { name: say("confidence"), value: share(event.confidence), note: say("rank", { rank: number(event.rank, 0) }) },
    { name: say("trust"), value: share(event.estimatedShare) },
    { name: say("since"), value: <When at={event.startsAt} />, note: <Ago at={event.startsAt} /> },
    { name: say("found"), value: <When at={event.openedAt} />, note: <Ago at={event.openedAt} /> },
    event.closedAt === null
      ? { name: say("lastSeen"), value: <When at={event.lastSeenAt} />, note: <Ago at={event.lastSeenAt} /> }
      : { name: say("ended"), value: <When at={event.closedAt} />, note: <Ago at={event.closedAt} /> },
    ...outcome,
  ];
}

/** The rule's own numbers, for people who tune it. */
export function WhatTheRuleSaw(props: { readonly event: AnomalyDetail }) {
  const { say, language } = useWords("event", words);
  const { number, share } = useFormat();
  const format = { number: (value: number | null) => number(value, 3), share: (value: number) => share(value) };
  const entries = Object.entries(props.event.evidence.details);
  if (entries.length === 0) return null;
  return (
    <Panel title={say("details")}>
      <dl className="nf-keys">
        {entries.map(([key, value]) => {
          const { name, text } = detailText(key, value, language, format);
          return (
            <div key={key} style={{ display: "contents" }}>
              <dt className="nf-soft">{name}</dt>
              <dd>{text}</dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}
