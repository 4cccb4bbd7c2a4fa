import { getRouteApi, Link } from "@tanstack/react-router";
import { Segmented, Table } from "antd";
import type { components } from "../../api/generated/schema.d.ts";
import type { CollectionGroup } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection");

/** Read rates by agent or by district, worst first. */
export function Groups(props: { readonly report: components["schemas"]["CollectionReport"] }) {
  const { say } = useWords("collection", words);
  const navigate = route.useNavigate();
  const { by = "agent" } = route.useSearch();
  const { number, share } = useFormat();
  const count = (key: "meters" | "good" | "late" | "silent" | "never", title: string) => ({
    key,
    title,
    align: "right" as const,
    render: (_: unknown, row: CollectionGroup) => <span className="nf-number">{number(row[key], 0)}</span>,
  });
  return (
    <Panel
      title={say("success")}
      extra={
        <Segmented
          aria-label={say("by")}
          value={by}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, by: value === "dma" ? "dma" : undefined }),
              replace: true,
            })
          }
          options={[
            { value: "agent", label: say("byAgent") },
            { value: "dma", label: say("byDma") },
          ]}
        />
      }
    >
      <Table<CollectionGroup>
        size="small"
        aria-label={say("success")}
        rowKey="id"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={by === "dma" ? props.report.byDma : props.report.byAgent}
        columns={[
          {
            key: "id",
            title: say(by === "dma" ? "district" : "agent"),
            render: (_, row) => <GroupName id={row.id} isDma={by === "dma"} />,
          },
          {
            key: "rate",
            title: say("success"),
            align: "right",
            render: (_, row) => <span className="nf-number nf-strong">{share(row.successRate, 1)}</span>,
          },
          count("meters", say("metersCount")),
          count("late", say("late")),
          count("silent", say("silent")),
          count("never", say("never")),
        ]}
      />
    </Panel>
  );
}

function GroupName(props: { readonly id: string; readonly isDma: boolean }) {
  const { say } = useWords("collection", words);
  if (props.id === "") return <>{say("none")}</>;
  return (
    <Link to="/meters" search={props.isDma ? { dma: props.id } : { agent: props.id }}>
      {props.id}
    </Link>
  );
}
