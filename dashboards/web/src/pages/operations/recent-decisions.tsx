import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { decisionsQuery, type SetAsideDecision } from "../../api/operations-queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { RankedList } from "../../parts/ranked-list.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { DecisionState } from "./decision-state.tsx";
import { words } from "./words.ts";

const MOST_SHOWN = 20;

/** Who decided what lately, why, and what came of it. */
export function RecentDecisions(props: { readonly kinds: readonly SetAsideDecision["kind"][] }) {
  const { say } = useWords("operations", words);
  const { kinds } = props;
  const { data, error, refetch } = useQuery(decisionsQuery);
  const rows = useMemo(
    () => data?.items.filter((decision) => kinds.includes(decision.kind)).slice(0, MOST_SHOWN),
    [data, kinds],
  );
  return (
    <Panel title={say("decisions")}>
      <RankedList
        label={say("decisions")}
        question={kinds.join(" ")}
        rows={rows}
        error={error}
        onRetry={() => void refetch()}
        empty={say("noDecisions")}
        card={(row) => (
          <div className="nf-two-lines">
            <What decision={row} />
            <DecisionState decision={row} />
            <Who decision={row} />
          </div>
        )}
        columns={[
          { key: "what", title: say("what"), render: (row) => <What decision={row} /> },
          { key: "result", title: say("decision"), width: 300, render: (row) => <DecisionState decision={row} /> },
          { key: "who", title: say("who"), width: 190, render: (row) => <Who decision={row} /> },
        ]}
      />
    </Panel>
  );
}

function What(props: { readonly decision: SetAsideDecision }) {
  const { say } = useWords("operations", words);
  const { kind, channel, reason } = props.decision;
  return (
    <span className="nf-two-lines">
      <span>
        <span className="nf-strong">{say(kind)}</span>
        {channel !== null && ` · ${channel}`}
      </span>
      <span className="nf-soft nf-small nf-clamp">{reason}</span>
    </span>
  );
}

function Who(props: { readonly decision: SetAsideDecision }) {
  return (
    <span className="nf-two-lines">
      <span>{props.decision.actor}</span>
      <span className="nf-soft nf-small">
        <When at={props.decision.at} />
      </span>
    </span>
  );
}
