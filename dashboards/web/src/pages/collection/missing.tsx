import { Link, useRouter } from "@tanstack/react-router";
import type { AgentRow, MeterRow } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { RankedList } from "../../parts/ranked-list.tsx";
import { CollectionTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { whyMissing } from "./why.ts";
import { words } from "./words.ts";

type MissingRow = MeterRow & { readonly expected: number; readonly got: number };

/** Meters that do not report as they should, longest silent first, with the reason as far as it is known. */
export function Missing(props: { readonly rows: readonly MissingRow[]; readonly agents: readonly AgentRow[] }) {
  const { say } = useWords("collection", words);
  const { number } = useFormat();
  const router = useRouter();
  const { agents } = props;
  return (
    <Panel title={say("whoMissing")}>
      <RankedList
        label={say("whoMissing")}
        question="missing"
        rows={props.rows}
        empty={say("allReport")}
        onOpen={(row) => void router.navigate({ to: "/meters/$id", params: { id: row.id } })}
        card={(row) => <MissingCard meter={row} agents={agents} />}
        columns={[
          { key: "meter", title: say("meter"), render: (row) => <MeterName meter={row} /> },
          { key: "status", title: say("status"), width: 120, render: (row) => <CollectionTag status={row.status} /> },
          { key: "last", title: say("lastReading"), width: 120, render: (row) => <Ago at={row.lastValueAt} /> },
          {
            key: "got",
            title: say("got"),
            align: "right",
            width: 110,
            render: (row) => (
              <span className="nf-number">
                {number(row.got, 0)} / {number(row.expected, 0)}
              </span>
            ),
          },
          { key: "why", title: say("why"), render: (row) => <WhyWords meter={row} agents={agents} /> },
        ]}
      />
    </Panel>
  );
}

function MeterName(props: { readonly meter: MissingRow }) {
  const { id, address } = props.meter;
  return (
    <span className="nf-two-lines">
      <Link to="/meters/$id" params={{ id }}>
        {id}
      </Link>
      <span className="nf-soft nf-small nf-clamp">{address}</span>
    </span>
  );
}

function WhyWords(props: { readonly meter: MissingRow; readonly agents: readonly AgentRow[] }) {
  const { say } = useWords("collection", words);
  const why = whyMissing(props.meter, props.agents);
  const error = "error" in why ? why.error : null;
  return (
    <span className="nf-two-lines">
      <span className="nf-clamp">{say(why.code)}</span>
      <span className="nf-soft nf-small nf-clamp">{[error, props.meter.agent].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function MissingCard(props: { readonly meter: MissingRow; readonly agents: readonly AgentRow[] }) {
  const { meter } = props;
  return (
    <Link to="/meters/$id" params={{ id: meter.id }}>
      <span className="nf-card-line">
        <span className="nf-strong">{meter.id}</span>
        <CollectionTag status={meter.status} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <WhyWords {...props} />
        <Ago at={meter.lastValueAt} />
      </span>
    </Link>
  );
}
