import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { type AccountRow, accountsQuery } from "../../api/queries.ts";
import { useSession } from "../../api/session.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { Ago } from "../../parts/when.tsx";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { categoryName, useVocabulary } from "../../words/vocabulary.ts";
import { Change } from "./change.tsx";
import { rankAccounts } from "./ranking.ts";

const route = getRouteApi("/inside/accounts");

const words = {
  ...common,
  mine: { zh: "我的大客户（变化大者在前）", en: "My accounts, most changed first" },
  everyones: { zh: "全部大客户（变化大者在前）", en: "All key accounts, most changed first" },
  find: { zh: "客户名称、户号", en: "Customer, account" },
  whose: { zh: "范围", en: "Whose" },
  my: { zh: "我的", en: "mine" },
  customer: { zh: "客户", en: "Customer" },
  volume: { zh: "近 30 天用量", en: "Last 30 days" },
  change: { zh: "与前 30 天相比", en: "Against the 30 days before" },
  complete: { zh: "{{share}} 完整", en: "{{share}} complete" },
  open: { zh: "事件 / 工单", en: "Events / tickets" },
  report: { zh: "最近报告", en: "Last report" },
  manager: { zh: "客户经理", en: "Manager" },
  empty: {
    zh: "没有大客户。请在客户档案中指定客户经理，或查看全部。",
    en: "No key account here. Assign a manager in the registry, or look at all.",
  },
} as const;

/** Which of my customers changed: volume, change against before, what is open. */
export function AccountsPage() {
  const { say } = useWords("accounts", words);
  useTitle(say("keyAccounts"));
  const { of, q } = route.useSearch();
  const navigate = route.useNavigate();
  const isManager = useSession().role === "manager";
  const isMine = isManager && of === undefined;
  const query = { q, ...(isMine ? { mine: "true" as const } : {}) };
  const result = useInfiniteQuery(accountsQuery(query));
  const flat = useFlatRows<AccountRow>(result.data?.pages);
  const rows = useMemo(() => flat && rankAccounts(flat), [flat]);
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("keyAccounts")}</h1>
      </div>
      <search className="nf-filters">
        <TextFilter
          label={say("find")}
          value={q}
          onChange={(text) => void navigate({ search: { of, q: text }, replace: true })}
        />
        {isManager && (
          <ChoiceFilter
            label={say("whose")}
            none={say("my")}
            value={of}
            choices={[{ value: "all", label: say("all") }]}
            onChange={(value) => void navigate({ search: { of: value, q }, replace: true })}
          />
        )}
      </search>
      <Panel title={say(isMine ? "mine" : "everyones")}>
        <RankedList
          {...rowsOfPages(result, rows)}
          label={say(isMine ? "mine" : "everyones")}
          question={JSON.stringify(query)}
          columns={useAccountColumns()}
          card={(row) => <AccountCard account={row} />}
          onOpen={(row) => void navigate({ to: "/accounts/$id", params: { id: row.id }, search: {} })}
          empty={say("empty")}
        />
      </Panel>
    </div>
  );
}

function useAccountColumns(): readonly Column<AccountRow>[] {
  const { say } = useWords("accounts", words);
  const { number } = useFormat();
  return [
    { key: "customer", title: say("customer"), render: (row) => <AccountName account={row} /> },
    { key: "volume", title: say("volume"), align: "right", width: 170, render: (row) => <Volume account={row} /> },
    {
      key: "change",
      title: say("change"),
      align: "right",
      width: 200,
      render: (row) => <Change change={row.usage?.change} />,
    },
    {
      key: "open",
      title: say("open"),
      align: "right",
      width: 140,
      render: (row) => (
        <span className="nf-number">
          {number(row.openEvents, 0)} / {number(row.openTickets, 0)}
        </span>
      ),
    },
    { key: "report", title: say("report"), width: 140, render: (row) => <Ago at={row.lastReportAt} /> },
    {
      key: "manager",
      title: say("manager"),
      width: 140,
      render: (row) => <span className="nf-clamp">{row.manager?.displayName ?? "–"}</span>,
    },
  ];
}

function AccountName(props: { readonly account: AccountRow }) {
  const { word } = useVocabulary();
  const { id, customer, no, category } = props.account;
  return (
    <span className="nf-two-lines">
      <Link to="/accounts/$id" params={{ id }} className="nf-strong nf-clamp">
        {customer}
      </Link>
      <span className="nf-soft nf-small nf-clamp">
        {no} · {categoryName(category, word)}
      </span>
    </span>
  );
}

function Volume(props: { readonly account: AccountRow }) {
  const { say } = useWords("accounts", words);
  const { volume, share } = useFormat();
  const { usage } = props.account;
  if (usage === null) return <>{volume(null)}</>;
  return (
    <span className="nf-two-lines nf-number">
      {volume(usage.volume, usage.unit)}
      <span className="nf-soft nf-small">{say("complete", { share: share(usage.completeness) })}</span>
    </span>
  );
}

function AccountCard(props: { readonly account: AccountRow }) {
  const { say } = useWords("accounts", words);
  const { volume } = useFormat();
  const { id, customer, no, usage, openEvents, openTickets } = props.account;
  return (
    <Link to="/accounts/$id" params={{ id }}>
      <span className="nf-card-line">
        <span className="nf-strong nf-clamp">{customer}</span>
        <Change change={usage?.change} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <span>
          {no} · {volume(usage?.volume, usage?.unit)}
        </span>
        <span>
          {say("open")} {openEvents} / {openTickets}
        </span>
      </span>
    </Link>
  );
}
