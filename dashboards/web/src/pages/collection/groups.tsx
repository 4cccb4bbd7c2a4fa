import { getRouteApi, Link } from "@tanstack/react-router";
import { Segmented, Table } from "antd";
import type { components } from "../../api/generated/schema.d.ts";
import type { CollectionGroup } from "../../api/queries.ts";
import { oneOf } from "../../api/search.ts";
import { Panel } from "../../parts/panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { GROUPINGS, type Grouping } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection");

/** Read rates by agent, district or model, worst first. */
export function Groups(props: { readonly report: components["schemas"]["CollectionReport"] }) {
  const { say } = useWords("collection", words);
  const navigate = route.useNavigate();
  const { by } = route.useSearch();
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
          value={by ?? "agent"}
          onChange={(value) =>
            void navigate({ search: (before) => ({ ...before, by: oneOf(value, GROUPINGS) }), replace: true })
          }
          options={[
            { value: "agent", label: say("byAgent") },
            { value: "dma", label: say("byDma") },
            { value: "model", label: say("byModel") },
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
        dataSource={groupsOf(props.report, by)}
        columns={[
          {
            key: "id",
            title: say(by === undefined ? "agent" : by === "dma" ? "district" : "model"),
            render: (_, row) => <GroupName id={row.id} by={by} />,
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

function groupsOf(report: components["schemas"]["CollectionReport"], by: Grouping | undefined): CollectionGroup[] {
  if (by === undefined) return report.byAgent;
  return by === "dma" ? report.byDma : report.byModel;
}

/** Leads to the readings that are missing of the group. */
function GroupName(props: { readonly id: string; readonly by: Grouping | undefined }) {
  const { say } = useWords("collection", words);
  if (props.id === "") return <>{say("none")}</>;
  return (
    <Link to="/collection/missing" search={{ [props.by ?? "agent"]: props.id }}>
      {props.id}
    </Link>
  );
}
