import { getRouteApi } from "@tanstack/react-router";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { ALARM_FILTERS, type EventsSearch } from "./search.ts";

const route = getRouteApi("/inside/events");

const words = {
  ...common,
  find: { zh: "表号、地址、工单号", en: "Meter, address, ticket number" },
  state: { zh: "状态", en: "State" },
  attention: { zh: "待处理", en: "to look at" },
  active: { zh: "活动", en: "active" },
  alarm: { zh: "报警", en: "Alarm" },
  unacknowledged: { zh: "未确认", en: "not acknowledged" },
  acknowledged: { zh: "已确认", en: "acknowledged" },
  shelved: { zh: "已搁置", en: "shelved" },
  suppressed: { zh: "计划作业抑制", en: "held back by planned work" },
  priority: { zh: "优先级", en: "Priority" },
  owner: { zh: "处理人", en: "Who" },
  me: { zh: "由我处理", en: "me" },
  group: { zh: "类别", en: "Kind" },
  order: { zh: "排序", en: "Order" },
  byRank: { zh: "每日损失", en: "money per day" },
  newest: { zh: "最新发现", en: "newest" },
} as const;

/** The filters of the list; the address holds them. */
export function EventFilters(props: { readonly search: EventsSearch }) {
  const { say } = useWords("event-filters", words);
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
        none={say("attention")}
        value={search.state}
        choices={[{ value: "active", label: say("active") }, { value: "all", label: say("all") }, ...states]}
        onChange={(state) => change({ state })}
      />
      <ChoiceFilter
        label={say("alarm")}
        none={say("all")}
        value={search.alarm}
        choices={ALARM_FILTERS.map((value) => ({ value, label: say(value) }))}
        onChange={(alarm) => change({ alarm })}
      />
      <ChoiceFilter
        label={say("priority")}
        none={say("all")}
        value={search.priority}
        choices={vocabularyKeys("alarmPriority").map((value) => ({ value, label: word("alarmPriority", value) }))}
        onChange={(priority) => change({ priority })}
      />
      <ChoiceFilter
        label={say("group")}
        none={say("all")}
        value={search.group}
        choices={vocabularyKeys("causeGroup").map((value) => ({ value, label: word("causeGroup", value) }))}
        onChange={(group) => change({ group })}
      />
      <ChoiceFilter
        label={say("owner")}
        none={say("all")}
        value={search.owner}
        choices={[{ value: "me", label: say("me") }]}
        onChange={(owner) => change({ owner })}
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
