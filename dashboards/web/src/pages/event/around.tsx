import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { type AnomalyContext, type AnomalyDetail, anomalyContextQuery } from "../../api/queries.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { MeterNights } from "../../parts/meter-nights.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { aroundWords } from "./around-words.ts";

/** Why an event probably is, with the reasons and the facts. */
export function CausePanel(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event-around", aroundWords);
  const { data, error, refetch } = useQuery(anomalyContextQuery(props.event.id));
  return (
    <Panel title={say("cause")}>
      {data === undefined && error === null && <Skeleton active title={false} />}
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data?.causes.length === 0 && <p className="nf-tight">{say("noCause")}</p>}
      {data !== undefined && <Causes causes={data.causes} />}
      {data !== undefined && <Facts facts={data.facts} />}
    </Panel>
  );
}

function Causes(props: { readonly causes: AnomalyContext["causes"] }) {
  const { say } = useWords("event-around", aroundWords);
  const { pick } = useVocabulary();
  const { share } = useFormat();
  return (
    <ol className="nf-plain">
      {props.causes.map((cause) => (
        <li key={cause.side} className="nf-note-box">
          <span className="nf-card-line">
            <strong>{say(cause.side)}</strong>
            <span className="nf-soft">{say("likely", { share: share(cause.confidence) })}</span>
          </span>
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {cause.reasons.map((reason) => (
              <li key={reason.en}>{pick(reason)}</li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function Facts(props: { readonly facts: AnomalyContext["facts"] }) {
  return <FigureList figures={useFacts(props.facts)} />;
}

function useFacts(facts: AnomalyContext["facts"]): Figure[] {
  const { say } = useWords("event-around", aroundWords);
  const { flow, share, number } = useFormat();
  const { districtRiseM3h, dayRiseM3h, customersChange, pressureChange, customers, customersMeasured } = facts;
  return [
    { name: say("districtRise"), value: flow(districtRiseM3h) },
    { name: say("dayRise"), value: flow(dayRiseM3h) },
    { name: say("customersChange"), value: share(customersChange) },
    { name: say("pressureChange"), value: share(pressureChange) },
    {
      name: say("measured"),
      value: `${number(customersMeasured, 0)} / ${number(customers, 0)}`,
      note: say("risen", { count: facts.risenCustomers }),
    },
  ];
}

/** Ended events like this one with what they turned out to be. */
export function SimilarPanel(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event-around", aroundWords);
  const { word } = useVocabulary();
  const { data } = useQuery(anomalyContextQuery(props.event.id));
  if (data === undefined) return null;
  const list = data.outcomes.map(({ outcome, count }) => `${word("outcome", outcome)} × ${count}`).join(", ");
  return (
    <Panel title={say("similar")}>
      {list !== "" && <p className="nf-tight">{say("outcomes", { list })}</p>}
      <CompactEvents events={data.similar} empty={say("noSimilar")} />
    </Panel>
  );
}

/** The meters of the same street and district, and how they are now. */
export function NeighboursPanel(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event-around", aroundWords);
  const { data } = useQuery(anomalyContextQuery(props.event.id));
  if (data === undefined) return null;
  return (
    <Panel title={say("neighbours")}>
      <MeterNights meters={data.neighbours} empty={say("noNeighbours")} />
    </Panel>
  );
}
