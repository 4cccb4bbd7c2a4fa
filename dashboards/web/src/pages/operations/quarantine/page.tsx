import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pagination } from "antd";
import { useCallback, useMemo, useState } from "react";
import { type QuarantineRow, quarantineQuery } from "../../../api/operations-queries.ts";
import { TextFilter } from "../../../parts/filters.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { useRowKeys } from "../../../parts/row-keys.ts";
import { useDetailInView } from "../../../parts/use-detail-in-view.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { PAGE_ROWS, pageOf, rowsWith } from "../client-pages.ts";
import { DecisionNote } from "../decision-state.tsx";
import { RecentDecisions } from "../recent-decisions.tsx";
import { ChannelDetail } from "./channel-detail.tsx";
import { Rejected } from "./rejected.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/operations/quarantine");
const KINDS = ["approve", "reject", "undo_reject"] as const;

/** Unknown channels, each once with what came of it: approved, mapped to one that is there, or rejected. */
export function QuarantinePage() {
  const { say } = useWords("quarantine", words);
  useTitle(say("title"));
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const quarantine = useQuery(quarantineQuery);
  const [decision, setDecision] = useState<string>();
  const detail = useDetailInView(search.channel);
  const items = quarantine.data?.items;
  const found = useMemo(
    () => (items === undefined ? undefined : rowsWith(items, search.q, (row) => [row.channel, ...row.agents])),
    [items, search.q],
  );
  const shown = useMemo(
    () => (found === undefined ? undefined : pageOf(found, search.page ?? 1)),
    [found, search.page],
  );
  const choose = useCallback(
    (channel: string | undefined) => void navigate({ search: (before) => ({ ...before, channel }), replace: true }),
    [navigate],
  );
  const ids = useMemo(() => shown?.rows.map((row) => row.channel) ?? [], [shown]);
  useRowKeys({ ids, chosen: search.channel, onChoose: choose, detail });
  return (
    <>
      <search className="nf-filters">
        <TextFilter
          label={say("find")}
          value={search.q}
          onChange={(q) => void navigate({ search: { q }, replace: true })}
        />
      </search>
      {decision !== undefined && <DecisionNote id={decision} onHide={() => setDecision(undefined)} />}
      <div className={search.channel === undefined ? "" : "nf-split"}>
        <Panel title={say("waiting")}>
          <p className="nf-soft nf-tight">{say("hint")}</p>
          <Channels
            rows={shown?.rows}
            error={quarantine.error}
            onRetry={() => void quarantine.refetch()}
            question={`${search.q} ${shown?.page}`}
            selected={search.channel}
            onChoose={choose}
            empty={say(search.q === undefined ? "empty" : "emptyFiltered")}
          />
          <Pagination
            align="end"
            hideOnSinglePage
            showSizeChanger={false}
            pageSize={PAGE_ROWS}
            total={found?.length ?? 0}
            current={shown?.page ?? 1}
            onChange={(page) => void navigate({ search: (before) => ({ ...before, page, channel: undefined }) })}
          />
        </Panel>
        {search.channel !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <ChannelDetail
              key={search.channel}
              channel={search.channel}
              row={items?.find((row) => row.channel === search.channel)}
              isLoading={items === undefined}
              onDecided={setDecision}
              onClose={() => choose(undefined)}
            />
          </div>
        )}
      </div>
      <Rejected rows={quarantine.data?.rejected} onDecided={setDecision} />
      <RecentDecisions kinds={KINDS} />
    </>
  );
}

function Channels(props: {
  readonly rows: readonly QuarantineRow[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly question: string;
  readonly selected: string | undefined;
  readonly onChoose: (channel: string) => void;
  readonly empty: string;
}) {
  const { say } = useWords("quarantine", words);
  const { number } = useFormat();
  const rows = useMemo(() => props.rows?.map((row) => ({ ...row, id: row.channel })), [props.rows]);
  const isNarrow = props.selected !== undefined;
  const count = (row: QuarantineRow) => <span className="nf-number">{number(row.count, 0)}</span>;
  return (
    <RankedList
      label={say("waiting")}
      question={props.question}
      rows={rows}
      error={props.error}
      onRetry={props.onRetry}
      selectedId={props.selected}
      onOpen={(row) => props.onChoose(row.id)}
      empty={props.empty}
      card={(row) => <ChannelName row={row} />}
      columns={[
        { key: "channel", title: say("channel"), render: (row) => <ChannelName row={row} /> },
        { key: "count", title: say("count"), align: "right", width: 140, render: count },
        ...(isNarrow
          ? []
          : [
              {
                key: "first",
                title: say("first"),
                width: 190,
                render: (row: QuarantineRow) => <When at={row.firstReceivedAt} />,
              },
              {
                key: "last",
                title: say("last"),
                width: 190,
                render: (row: QuarantineRow) => <When at={row.lastReceivedAt} />,
              },
            ]),
      ]}
    />
  );
}

function ChannelName(props: { readonly row: QuarantineRow }) {
  const { channel, agents } = props.row;
  return (
    <Link from="/operations/quarantine" to="/operations/quarantine" search={(before) => ({ ...before, channel })}>
      <span className="nf-two-lines">
        <span>{channel}</span>
        <span className="nf-soft nf-small">{visibleText(agents.join(", "))}</span>
      </span>
    </Link>
  );
}
