import { Link } from "@tanstack/react-router";
import { Table } from "antd";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import type { Health } from "./queries.ts";
import { msText } from "./sizes.ts";
import { words } from "./words.ts";

type Queue = Health["queues"][number];

/** Jobs that are not done, by queue. */
export function Queues(props: { readonly queues: readonly Queue[] }) {
  const { say, language } = useWords("operations-health", words);
  const { number } = useFormat();
  const maySee = useMay("system.job.read");
  const column = (key: "waiting" | "running", title: string) => ({
    key,
    title,
    align: "right" as const,
    render: (_: unknown, row: Queue) => <span className="nf-number">{number(row[key], 0)}</span>,
  });
  return (
    <Panel title={say("queues")} extra={maySee && <Link to="/operations/jobs">{say("openTab")}</Link>}>
      {props.queues.length === 0 ? (
        <p className="nf-soft nf-tight">{say("noJobs")}</p>
      ) : (
        <Table<Queue>
          size="small"
          aria-label={say("queues")}
          rowKey="queue"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={props.queues}
          columns={[
            { key: "queue", title: say("queue"), dataIndex: "queue" },
            column("waiting", say("jobsWaiting")),
            column("running", say("jobsRunning")),
            {
              key: "dead",
              title: say("jobsDead"),
              align: "right",
              render: (_, row) => (row.dead === 0 ? 0 : <Tag tone="open">{number(row.dead, 0)}</Tag>),
            },
            {
              key: "oldest",
              title: say("oldestDue"),
              align: "right",
              render: (_, row) => <span className="nf-number">{msText(row.oldestDueS * 1000, language)}</span>,
            },
          ]}
        />
      )}
    </Panel>
  );
}
