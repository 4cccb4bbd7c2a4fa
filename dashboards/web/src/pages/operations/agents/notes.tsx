import { useInfiniteQuery } from "@tanstack/react-query";
import { useFlatRows } from "../../../api/use-pages.ts";
import { Panel } from "../../../parts/panel.tsx";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { CardPages } from "./card-pages.tsx";
import { type EnrolmentNote, notesQuery } from "./queries.ts";
import { words } from "./words.ts";

const DEEDS = [
  "join",
  "hold",
  "refuse",
  "renew",
  "approve",
  "reject",
  "revoke",
  "token.make",
  "token.withdraw",
] as const;

/** Who did what, when and why: of one agent, or of all. */
export function Notes(props: { readonly agent?: { readonly site: string; readonly agent: string } }) {
  const { say } = useWords("operations-agents", words);
  const of = props.agent && { site: props.agent.site, agent: props.agent.agent };
  const result = useInfiniteQuery(notesQuery(of));
  const rows = useFlatRows<EnrolmentNote>(result.data?.pages);
  return (
    <Panel title={say(of === undefined ? "notes" : "notesOf")}>
      <CardPages rows={rows} result={result} keyOf={(row) => row.no} empty={say("noNotes")} more={say("more")}>
        {(row) => <Note row={row} />}
      </CardPages>
    </Panel>
  );
}

function Note({ row }: { readonly row: EnrolmentNote }) {
  const { say } = useWords("operations-agents", words);
  const deed = DEEDS.find((name) => row.action === `enrolment.${name}`);
  return (
    <>
      <div className="nf-card-line">
        <span>
          <span className="nf-strong">{row.actor}</span> {deed === undefined ? row.action : say(`did_${deed}`)}
          {row.actor !== `agent ${row.subject}` && ` ${row.subject}`}
        </span>
        <span className="nf-soft nf-small">
          <When at={row.at} />
        </span>
      </div>
      {(row.reason !== null || row.remoteAddress !== null) && (
        <div className="nf-soft nf-small">
          {[row.reason, row.remoteAddress].filter((part) => part !== null).join(" · ")}
        </div>
      )}
    </>
  );
}
