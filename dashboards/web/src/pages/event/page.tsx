import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type AnomalyDetail, anomalyChartQuery, anomalyQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { ReplayPanel } from "../../parts/replay/replay-panel.tsx";
import { SubjectLink } from "../../parts/subject-link.tsx";
import { AnomalyTag, Tag } from "../../parts/tag.tsx";
import { TicketPanel } from "../../parts/ticket/ticket-panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys, type WordOf } from "../../words/vocabulary.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { placeOf } from "../events/event-list.tsx";
import { isUrgent } from "../events/ranking.ts";
import { AlarmPanel } from "./alarm-panel.tsx";
import { CausePanel, NeighboursPanel, SimilarPanel } from "./around.tsx";
import { EventFigures, WhatTheRuleSaw } from "./event-figures.tsx";
import { EvidenceChart } from "./evidence-chart.tsx";
import { JudgeButtons } from "./judge.tsx";
import { NoteInShiftLog } from "./note-in-shift-log.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/events/$id");

/** One event: evidence before verdict, the actions beside it. */
export function EventPage() {
  const { say } = useWords("event", words);
  const { pick } = useVocabulary();
  const { id } = route.useParams();
  const event = useQuery(anomalyQuery(id));
  const chart = useQuery(anomalyChartQuery(id));
  const mayReadTickets = useMay("ticket.ticket.read");
  useTitle(event.data && `${pick(event.data.ruleName)} ${event.data.subject}`);
  if (event.data === undefined)
    return event.error === null ? (
      <PageLoading />
    ) : (
      <div className="nf-page">
        <Problem error={event.error} onRetry={() => void event.refetch()} />
      </div>
    );
  const { ticket } = event.data;
  return (
    <div className="nf-page">
      <EventTitle event={event.data} />
      <div className="nf-split nf-split-wide">
        <div>
          <Panel title={say("evidence")}>
            <p className="nf-reason">{pick(event.data.reason)}</p>
            {event.data.endedReason !== null && <p className="nf-tight">{pick(event.data.endedReason)}</p>}
            <EvidenceChart event={event.data} chart={chart} />
          </Panel>
          <CausePanel event={event.data} />
        </div>
        <div className="nf-split-side">
          {event.data.state !== "past" && <AlarmPanel event={event.data} />}
          {ticket === null || !mayReadTickets ? (
            <NoTicket event={event.data} />
          ) : (
            <TicketPanel id={ticket.id} extra={<JudgeButtons event={event.data} />} />
          )}
          <NoteInShiftLog event={event.data} />
          <Panel title={say("related")}>
            <CompactEvents events={event.data.related} empty={say("noRelated")} />
          </Panel>
          <SimilarPanel event={event.data} />
          <NeighboursPanel event={event.data} />
        </div>
        <div>
          <Panel title={say("figures")}>
            <EventFigures event={event.data} chart={chart.data} />
          </Panel>
          <ReplayPanel of={{ event: id }} />
          <WhatTheRuleSaw event={event.data} />
        </div>
      </div>
    </div>
  );
}

function EventTitle(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event", words);
  const { pick, word } = useVocabulary();
  const { money } = useFormat();
  const { event } = props;
  return (
    <div className="nf-title">
      {isUrgent(event) && <Tag tone="act">{word("causeGroup", event.causeGroup)}</Tag>}
      <h1>
        {pick(event.ruleName)} · <SubjectLink of={event}>{placeOf(event)}</SubjectLink>
      </h1>
      <AnomalyTag state={event.state} />
      <span className="nf-grow" />
      <span className="nf-worst-money">{say("perDay", { money: money(event.moneyPerDay) })}</span>
    </div>
  );
}

/** Our own reasons in words; one that a person gave with a cancelled ticket as it is. */
function reasonWords(reason: string, word: WordOf): string {
  const known = vocabularyKeys("noTicketReason").find((key) => key === reason);
  return known === undefined ? reason : word("noTicketReason", known);
}

function NoTicket(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event", words);
  const { word } = useVocabulary();
  return (
    <Panel title={say("noTicketTitle")}>
      {props.event.noTicketReason !== null && (
        <p className="nf-tight">{reasonWords(props.event.noTicketReason, word)}</p>
      )}
      <div className="nf-actions">
        <JudgeButtons event={props.event} />
      </div>
    </Panel>
  );
}
