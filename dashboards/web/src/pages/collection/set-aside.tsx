import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Segmented, Table } from "antd";
import { type SetAsideRow, setAsideQuery } from "../../api/queries.ts";
import { useFlatRows } from "../../api/use-pages.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { SET_ASIDE_LISTS, type SetAsideList } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection");

/** Readings that were not stored, each with its reason; nothing is thrown away unseen. */
export function SetAside() {
  const { say } = useWords("collection", words);
  const navigate = route.useNavigate();
  const { list = "dead_letter" } = route.useSearch();
  const result = useInfiniteQuery(setAsideQuery(list));
  const rows = useFlatRows<SetAsideRow>(result.data?.pages);
  return (
    <Panel
      title={say("setAside")}
      extra={
        <Segmented<SetAsideList>
          aria-label={say("setAside")}
          value={list}
          onChange={(value) => void navigate({ search: (before) => ({ ...before, list: value }), replace: true })}
          options={SET_ASIDE_LISTS.map((value) => ({ value, label: say(value) }))}
        />
      }
    >
      <p className="nf-soft nf-tight">{say(`${list}Hint`)}</p>
      {result.error !== null && <Problem error={result.error} />}
      <Rows rows={rows ?? []} />
      {result.hasNextPage && (
        <Button block type="text" loading={result.isFetchingNextPage} onClick={() => void result.fetchNextPage()}>
          {say("more")}
        </Button>
      )}
    </Panel>
  );
}

function Rows(props: { readonly rows: readonly SetAsideRow[] }) {
  const { say } = useWords("collection", words);
  return (
    <Table<SetAsideRow>
      size="small"
      aria-label={say("setAside")}
      rowKey="id"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={props.rows}
      locale={{ emptyText: say("emptyList") }}
      columns={[
        { key: "at", title: say("received"), render: (_, row) => <When at={row.receivedAt} /> },
        { key: "agent", title: say("agent"), render: (_, row) => row.agent },
        { key: "channel", title: say("channel"), render: (_, row) => row.channel ?? "–" },
        {
          key: "reason",
          title: say("reason"),
          render: (_, row) => (
            <span className="nf-two-lines nf-wide-cell">
              <span>{row.reason}</span>
              <code className="nf-soft nf-small">{row.reasonCode}</code>
            </span>
          ),
        },
        { key: "raw", title: say("raw"), render: (_, row) => <code className="nf-small nf-raw">{row.raw}</code> },
      ]}
    />
  );
}
