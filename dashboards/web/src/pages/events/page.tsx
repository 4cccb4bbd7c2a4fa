import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type AnomalyRow, anomaliesQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { EventList } from "./event-list.tsx";
import type { EventsSearch } from "./search.ts";

const route = getRouteApi("/inside/events");

const words = {
  ...common,
  list: { zh: "事件列表", en: "List of events" },
  find: { zh: "表号、地址、工单号", en: "Meter, address, ticket number" },
  state: { zh: "状态", en: "State" },
  active: { zh: "活动", en: "active" },
  group: { zh: "类别", en: "Kind" },
  order: { zh: "排序", en: "Order" },
  byRank: { zh: "每日损失", en: "money per day" },
  newest: { zh: "最新发现", en: "newest" },
  empty: {
    zh: "没有符合条件的事件。可放宽筛选条件，或查看全部状态。",
    en: "No event fits. Widen the filters, or look at all states.",
  },
} as const;

/** Every event, by filter; active ones by money per day to begin with. */
export function EventsPage() {
  const { say } = useWords("events", words);
  useTitle(say("events"));
  const search = route.useSearch();
  const query = { ...search, state: search.state ?? "active", sort: search.sort ?? "rank" } as const;
  const result = useInfiniteQuery(anomaliesQuery(query));
  const list = rowsOfPages(result, useFlatRows<AnomalyRow>(result.data?.pages));
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("events")}</h1>
      </div>
      <Filters search={search} />
      <Panel title={say("list")}>
        <EventList {...list} question={JSON.stringify(query)} empty={say("empty")} />
      </Panel>
    </div>
  );
}

function Filters(props: { readonly search: EventsSearch }) {
  const { say } = useWords("events", words);
  const { word } = useVocabulary();
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: EventsSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  const states = vocabularyKeys("anomalyState").map((value) => ({ value, label: word("anomalyState", value) }));
  return (
    <search className="nf-filters">
      <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
      <ChoiceFilter
        label={say("state")}
        none={say("active")}
        value={search.state}
        choices={[{ value: "all", label: say("all") }, ...states]}
        onChange={(state) => change({ state })}
      />
      <ChoiceFilter
        label={say("group")}
        none={say("all")}
        value={search.group}
        choices={vocabularyKeys("causeGroup").map((value) => ({ value, label: word("causeGroup", value) }))}
        onChange={(group) => change({ group })}
      />
      <ChoiceFilter
        label={say("order")}
        none={say("byRank")}
        value={search.sort}
        choices={[{ value: "newest", label: say("newest") }]}
        onChange={(sort) => change({ sort })}
      />
    </search>
  );
}
