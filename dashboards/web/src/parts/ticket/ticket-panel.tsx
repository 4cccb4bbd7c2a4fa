import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { type TicketDetail, ticketQuery } from "../../api/queries.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { Panel } from "../panel.tsx";
import { Problem } from "../problem.tsx";
import { ClockTag, TicketTag } from "../tag.tsx";
import { When } from "../when.tsx";
import { Assignee } from "./assignee.tsx";
import { TicketMoves } from "./moves.tsx";
import { NoteForm } from "./note-form.tsx";
import { TicketSteps } from "./steps.tsx";
import { words } from "./words.ts";

/** A ticket beside its evidence: its state and limits, the buttons that move it, who has it, what was done. */
export function TicketPanel(props: { readonly id: string; readonly extra?: React.ReactNode }) {
  const { say } = useWords("ticket-panel", words);
  const { data, error, refetch } = useQuery(ticketQuery(props.id));
  if (data === undefined)
    return (
      <Panel title={say("ticket", { no: "" })}>
        {error === null ? <Skeleton active /> : <Problem error={error} onRetry={() => void refetch()} />}
      </Panel>
    );
  return (
    <>
      <Panel title={<TicketName ticket={data} />} extra={<TicketTag state={data.state} />}>
        <TicketLimits ticket={data} />
        <Assignee ticket={data} />
        <TicketMoves key={data.version} ticket={data} extra={props.extra} />
      </Panel>
      <Panel title={say("steps")}>
        <NoteForm ticketId={data.id} isFollowUp={data.state === "follow_up"} />
        <TicketSteps steps={data.steps} />
      </Panel>
    </>
  );
}

function TicketName(props: { readonly ticket: TicketDetail }) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const { no, id, priority, kind } = props.ticket;
  return (
    <>
      <Link to="/tickets" search={{ ticket: id }}>
        {say("ticket", { no })}
      </Link>{" "}
      <span className="nf-soft nf-small">
        {priority} · {word("ticketKind", kind)}
      </span>
    </>
  );
}

function TicketLimits(props: { readonly ticket: TicketDetail }) {
  const { say } = useWords("ticket-panel", words);
  const { respondBy, respondClock, resolveBy, resolveClock, openedAt } = props.ticket;
  return (
    <dl className="nf-keys nf-limits">
      <dt className="nf-soft">{say("opened")}</dt>
      <dd>
        <When at={openedAt} />
      </dd>
      <dt className="nf-soft">{say("respondBy")}</dt>
      <dd>
        <When at={respondBy} /> <ClockTag clock={respondClock} />
      </dd>
      <dt className="nf-soft">{say("resolveBy")}</dt>
      <dd>
        <When at={resolveBy} /> <ClockTag clock={resolveClock} />
      </dd>
    </dl>
  );
}
