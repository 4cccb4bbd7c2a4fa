import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { type RuleOutcome, type RuleRow, ruleOutcomesQuery } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

/** The judged findings that a rule's precision is made of, each with its event and the ticket that says so. */
export function OutcomesPanel({ rule }: { readonly rule: RuleRow }) {
  const { say } = useWords("rules", words);
  const { data, error, refetch } = useQuery(ruleOutcomesQuery(rule.code));
  return (
    <Panel title={say("outcomes")}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton active title={false} />}
      {data?.total === 0 && <p className="nf-soft">{say("noOutcomes", { days: data.days })}</p>}
      {data !== undefined && data.total > 0 && (
        <p className="nf-soft nf-tight">
          {say("outcomesOf", { days: data.days, total: data.total, shown: data.items.length })}
        </p>
      )}
      <ol className="nf-plain rules-examples" aria-label={say("outcomes")}>
        {data?.items.map((outcome) => (
          <Outcome key={outcome.anomalyId} outcome={outcome} />
        ))}
      </ol>
    </Panel>
  );
}

function Outcome({ outcome: row }: { readonly outcome: RuleOutcome }) {
  const { say } = useWords("rules", words);
  const { word } = useVocabulary();
  const { dateTime } = useFormat();
  const counts = row.isConfirmed === null ? "countsNot" : row.isConfirmed ? "countsRight" : "countsWrong";
  return (
    <li>
      <Tag tone={row.isConfirmed === null ? "quiet" : row.isConfirmed ? "good" : "open"}>{say(counts)}</Tag>{" "}
      <Link to="/events/$id" params={{ id: row.anomalyId }}>
        {word("outcome", row.outcome)} · {row.label}
      </Link>{" "}
      {row.ticketId !== null && (
        <Link to="/tickets" search={{ ticket: row.ticketId, state: "all" }}>
          {row.ticketNo}
        </Link>
      )}
      <div className="nf-soft">
        {dateTime(row.startAt)}
        {row.class !== null && ` · ${row.class}`}
        {row.confirmedCause !== null && ` · ${row.confirmedCause}`}
      </div>
    </li>
  );
}
