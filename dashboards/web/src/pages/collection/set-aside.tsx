import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useMemo } from "react";
import { type SetAsideRow, setAsideQuery } from "../../api/queries.ts";
import { useFlatRows } from "../../api/use-pages.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { RankedList } from "../../parts/ranked-list.tsx";
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
      <Rows rows={rows} list={list} />
      {result.hasNextPage && (
        <Button block type="text" loading={result.isFetchingNextPage} onClick={() => void result.fetchNextPage()}>
          {say("more")}
        </Button>
      )}
    </Panel>
  );
}

interface ListedRow extends Omit<SetAsideRow, "id"> {
  readonly id: string;
}

function Rows(props: { readonly rows: readonly SetAsideRow[] | undefined; readonly list: SetAsideList }) {
  const { say } = useWords("collection", words);
  const rows = useMemo(() => props.rows?.map((row): ListedRow => ({ ...row, id: String(row.id) })), [props.rows]);
  return (
    <RankedList
      label={say("setAside")}
      question={props.list}
      rows={rows}
      empty={say("emptyList")}
      card={(row) => (
        <div className="nf-two-lines" style={{ padding: "8px 0" }}>
          <Reason row={row} />
          <Origin row={row} />
          <When at={row.receivedAt} />
        </div>
      )}
      columns={[
        { key: "at", title: say("received"), width: 170, render: (row) => <When at={row.receivedAt} /> },
        { key: "from", title: say("from"), width: 200, render: (row) => <Origin row={row} /> },
        { key: "reason", title: say("reason"), render: (row) => <Reason row={row} /> },
      ]}
    />
  );
}

function Origin(props: { readonly row: ListedRow }) {
  return (
    <span className="nf-two-lines">
      <span>{props.row.channel ?? "–"}</span>
      <span className="nf-soft nf-small">{props.row.agent}</span>
    </span>
  );
}

/** Why a reading was not stored, with its stable code and the reading as it came. */
function Reason(props: { readonly row: ListedRow }) {
  const { reason, reasonCode, raw } = props.row;
  return (
    <span className="nf-two-lines">
      <span>{reason}</span>
      <code className="nf-soft nf-small">{reasonCode}</code>
      <code className="nf-soft nf-small nf-clamp" title={raw}>
        {raw}
      </code>
    </span>
  );
}
