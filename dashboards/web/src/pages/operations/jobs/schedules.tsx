import { useQuery } from "@tanstack/react-query";
import { schedulesQuery } from "../../../api/operations-queries.ts";
import { Panel } from "../../../parts/panel.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { QueueName } from "./queues.tsx";
import { words } from "./words.ts";

/** Work by the calendar: when it was done last, when it comes next, or why it comes no more. */
export function Schedules() {
  const { say } = useWords("jobs", words);
  const { data, error, refetch } = useQuery(schedulesQuery);
  const rows = data?.items.map((row) => ({ ...row, id: `${row.queue} ${row.key}` }));
  return (
    <Panel title={say("schedules")}>
      <RankedList
        label={say("schedules")}
        question="schedules"
        rows={rows}
        error={error}
        onRetry={() => void refetch()}
        empty={say("noSchedules")}
        card={(row) => (
          <span className="nf-card-line">
            <span>
              {row.key} <code>{row.cron}</code>
            </span>
            <When at={row.nextFireAt} />
          </span>
        )}
        columns={[
          { key: "schedule", title: say("schedule"), render: (row) => row.key },
          { key: "queue", title: say("queue"), render: (row) => <QueueName queue={row.queue} /> },
          { key: "cron", title: say("cron"), width: 160, render: (row) => <code>{row.cron}</code> },
          { key: "zone", title: say("zone"), width: 150, render: (row) => row.timeZone },
          { key: "last", title: say("lastFire"), width: 180, render: (row) => <When at={row.lastFireAt} /> },
          {
            key: "next",
            title: say("nextFire"),
            width: 220,
            render: (row) =>
              row.fault === null ? (
                <When at={row.nextFireAt} />
              ) : (
                <Tag tone="act">{say("fault", { fault: row.fault })}</Tag>
              ),
          },
        ]}
      />
    </Panel>
  );
}
