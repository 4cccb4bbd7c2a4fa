import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo } from "react";
import { api, dataOf } from "../../../api/client.ts";
import type { RejectedChannel } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { askAgain } from "../use-job-progress.ts";
import { words } from "./words.ts";

const MOST_SHOWN = 50;

/** Channels that were rejected, with what came since; a rejection is taken back at once. */
export function Rejected(props: {
  readonly rows: readonly RejectedChannel[] | undefined;
  readonly onDecided: (decision: string) => void;
}) {
  const { say } = useWords("quarantine", words);
  const { number } = useFormat();
  const mayDecide = useMay("collection.set_aside.decide");
  const undo = useMutation({
    mutationFn: (channel: string) =>
      dataOf(api.POST("/api/quarantine/undo-reject", { body: { channel, reason: say("undoReason") } })),
    onSuccess: async (decision) => {
      props.onDecided(decision.id);
      await askAgain();
    },
  });
  const rows = useMemo(
    () => props.rows?.slice(0, MOST_SHOWN).map((row) => ({ ...row, id: row.channel })),
    [props.rows],
  );
  const button = (row: RejectedChannel) => (
    <Button
      size="small"
      aria-label={`${say("undo")}: ${row.channel}`}
      loading={undo.isPending && undo.variables === row.channel}
      onClick={() => undo.mutate(row.channel)}
    >
      {say("undo")}
    </Button>
  );
  const since = (row: RejectedChannel) => <span className="nf-number">{number(row.laterCount, 0)}</span>;
  return (
    <Panel title={say("rejected")}>
      {undo.error !== null && <Problem error={undo.error} />}
      <RankedList
        label={say("rejected")}
        question="rejected"
        rows={rows}
        empty={say("noneRejected")}
        card={(row) => (
          <span className="nf-card-line">
            <span>
              {row.channel} · {row.reason}
            </span>
            {mayDecide && button(row)}
          </span>
        )}
        columns={[
          { key: "channel", title: say("channel"), render: (row) => row.channel },
          { key: "why", title: say("why"), render: (row) => row.reason },
          { key: "who", title: say("who"), width: 240, render: (row) => <Who row={row} /> },
          { key: "later", title: say("later"), align: "right", width: 130, render: since },
          ...(mayDecide ? [{ key: "undo", title: "", width: 100, render: button }] : []),
        ]}
      />
    </Panel>
  );
}

function Who(props: { readonly row: RejectedChannel }) {
  return (
    <span className="nf-two-lines">
      <span>{props.row.actor}</span>
      <span className="nf-soft nf-small">
        <When at={props.row.rejectedAt} />
      </span>
    </span>
  );
}
