import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { queuesQuery } from "../../../api/operations-queries.ts";
import { Panel } from "../../../parts/panel.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import type { JobsSearch } from "./search.ts";
import { waitOf } from "./wait.ts";
import { queueWord, words } from "./words.ts";

type Choice = Pick<JobsSearch, "queue" | "state">;

/** The queues, those with dead jobs first: how much waits, and for how long. */
export function Queues(props: { readonly chosen: string | undefined; readonly onChoose: (choice: Choice) => void }) {
  const { say } = useWords("jobs", words);
  const { number } = useFormat();
  const { data, error, refetch } = useQuery(queuesQuery);
  const rows = data?.items
    .map((row) => ({ ...row, id: row.queue }))
    .toSorted((a, b) => b.dead - a.dead || b.waiting - a.waiting);
  const shown = (row: { readonly queue: string }, state: "waiting" | "running" | "dead", count: number) => (
    <Button type="link" size="small" onClick={() => props.onChoose({ queue: row.queue, state })}>
      {state === "dead" && count > 0 ? <Tag tone="act">{number(count, 0)}</Tag> : number(count, 0)}
    </Button>
  );
  return (
    <Panel title={say("queues")}>
      <RankedList
        label={say("queues")}
        question="queues"
        rows={rows}
        error={error}
        onRetry={() => void refetch()}
        selectedId={props.chosen}
        empty={say("noQueues")}
        card={(row) => (
          <span className="nf-card-line">
            <QueueName queue={row.queue} />
            <span>
              {say("waiting")} {shown(row, "waiting", row.waiting)} {say("dead")} {shown(row, "dead", row.dead)}
            </span>
          </span>
        )}
        columns={[
          { key: "queue", title: say("queue"), render: (row) => <QueueName queue={row.queue} /> },
          ...(["waiting", "running", "dead"] as const).map((state) => ({
            key: state,
            title: say(state),
            align: "right" as const,
            width: 130,
            render: (row: (typeof rows & {})[number]) => shown(row, state, row[state]),
          })),
          {
            key: "oldest",
            title: say("oldest"),
            align: "right",
            width: 130,
            render: (row) => <Wait seconds={row.oldestDueS} />,
          },
        ]}
      />
    </Panel>
  );
}

function Wait(props: { readonly seconds: number }) {
  const { say } = useWords("jobs", words);
  const wait = waitOf(props.seconds);
  return <span className="nf-number">{wait === null ? say("notDue") : say(wait.word, { count: wait.count })}</span>;
}

/** A queue in the reader's words, with its name. */
export function QueueName(props: { readonly queue: string }) {
  const { say } = useWords("jobs", words);
  const word = queueWord(props.queue);
  if (word === undefined) return <span>{props.queue}</span>;
  return (
    <span className="nf-two-lines">
      <span>{say(word)}</span>
      <code className="nf-soft nf-small">{props.queue}</code>
    </span>
  );
}
