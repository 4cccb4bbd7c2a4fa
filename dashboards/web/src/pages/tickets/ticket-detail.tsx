import { useQuery } from "@tanstack/react-query";
import { ticketQuery } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { TicketPanel } from "../../parts/ticket/ticket-panel.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { words } from "./words.ts";

/** The chosen ticket: what it is about, its steps and buttons, its events. */
export function TicketDetail(props: { readonly id: string }) {
  const { say } = useWords("tickets", words);
  const { pick } = useVocabulary();
  const { data } = useQuery(ticketQuery(props.id));
  return (
    <>
      {data !== undefined && (
        <Panel title={pick(data.title)}>
          <CompactEvents events={data.findings} empty={say("noFindings")} />
          {data.cause !== null && (
            <p className="nf-tight">
              <span className="nf-soft">{say("cause")}: </span>
              {data.cause}
            </p>
          )}
          {data.result !== null && (
            <p className="nf-tight">
              <span className="nf-soft">{say("result")}: </span>
              {data.result}
            </p>
          )}
        </Panel>
      )}
      <TicketPanel id={props.id} />
    </>
  );
}
