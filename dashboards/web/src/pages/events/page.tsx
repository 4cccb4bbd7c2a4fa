import { type UseInfiniteQueryResult, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { type AlarmSummary, type AnomalyRow, alarmSummaryQuery, anomaliesQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { type AlarmKey, useAlarmKeys } from "../../parts/alarm/alarm-keys.ts";
import { DoneBar } from "../../parts/alarm/done-bar.tsx";
import { ShelveDialog } from "../../parts/alarm/shelve-dialog.tsx";
import { useAlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { Panel } from "../../parts/panel.tsx";
import { useRowKeys } from "../../parts/row-keys.ts";
import { useTitle } from "../../parts/use-title.ts";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { BulkBar, MOST_AT_ONCE } from "./bulk-bar.tsx";
import { CardActs, EventList } from "./event-list.tsx";
import { EventFilters } from "./filters.tsx";
import { FloodPanel } from "./flood.tsx";
import { ReportButton } from "./report-dialog.tsx";

const route = getRouteApi("/inside/events");

const words = {
  ...common,
  rules: { zh: "检测规则", en: "Rules" },
  list: { zh: "事件列表", en: "List of events" },
  handled: { zh: "我今日已处理 {{done}} / {{budget}}", en: "{{done}} of {{budget}} handled by you today" },
  beyond: {
    zh: "虚线以下超出您今日可处理的 {{left}} 条：按损失排序，可留待明日。",
    en: "Below the dashed line is more than the {{left}} that your day has left: ranked by loss, it may wait.",
  },
  waiting: { zh: "{{count}} 条未确认", en: "{{count}} not acknowledged" },
  overdue: { zh: "{{count}} 条超时未确认", en: "{{count}} of them too late" },
  away: {
    zh: "{{shelved}} 条搁置、{{suppressed}} 条计划作业抑制",
    en: "{{shelved}} shelved, {{suppressed}} held back",
  },
  empty: {
    zh: "没有符合条件的事件。可放宽筛选条件，或查看全部状态。",
    en: "No event fits. Widen the filters, or look at all states.",
  },
} as const;

/** Every event, by filter; what somebody has to look at by money per day to begin with. Read and worked by keys alone. */
export function EventsPage() {
  const { say } = useWords("events", words);
  useTitle(say("events"));
  const search = route.useSearch();
  const query = { ...search, state: search.state ?? "attention", sort: search.sort ?? "rank" } as const;
  const result = useInfiniteQuery(anomaliesQuery(query));
  const list = rowsOfPages(result, useFlatRows<AnomalyRow>(result.data?.pages));
  const summary = useQuery(alarmSummaryQuery).data;
  const acts = useAlarmActs();
  const desk = useDesk(list.rows, acts);
  const maySeeRules = useMay("monitor.rule.read");
  const tickAll = async () => desk.setTicked(await idsThatFit(result));
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("events")}</h1>
        {maySeeRules && <Link to="/rules">{say("rules")}</Link>}
        <span className="nf-grow" />
        {summary !== undefined && <Standing summary={summary} />}
        <ReportButton />
      </div>
      {summary?.flood && <FloodPanel flood={summary.flood} acts={acts} />}
      <EventFilters search={search} />
      <Panel title={say("list")}>
        <BulkBar
          ids={desk.ticked}
          acts={acts}
          onShelve={() => desk.setIsShelving(true)}
          onNone={() => desk.setTicked([])}
          onAll={desk.isAllTicked && result.hasNextPage ? () => void tickAll() : undefined}
        />
        <DoneBar acts={acts} />
        <EventList
          {...list}
          selectedId={desk.chosen}
          ticks={desk.ticks}
          cardActs={(event) => <CardActs event={event} acts={acts} onShelve={() => desk.shelveOne(event.id)} />}
          line={dayLine(summary, query, (left) => say("beyond", { left }))}
          question={JSON.stringify(query)}
          empty={say("empty")}
        />
      </Panel>
      {desk.isShelving && (
        <ShelveDialog
          count={desk.targets.length}
          onShelve={(minutes, reason) => acts.shelve(desk.targets, minutes, reason)}
          onClose={() => desk.setIsShelving(false)}
        />
      )}
    </div>
  );
}

type Result = UseInfiniteQueryResult<{ readonly pages: readonly { readonly items: readonly AnomalyRow[] }[] }>;

/** The events that fit the filters, loaded page by page as far as alarms are acted on at once. */
async function idsThatFit(result: Result): Promise<readonly string[]> {
  const idsOf = ({ data }: Result) => data?.pages.flatMap((page) => page.items.map((row) => row.id)) ?? [];
  let last = result;
  while (last.hasNextPage && !last.isError && idsOf(last).length < MOST_AT_ONCE) last = await last.fetchNextPage();
  return idsOf(last).slice(0, MOST_AT_ONCE);
}

/** Where the day of who looks ends in the list of what waits, ranked; none in another list, nor where all of it fits. */
function dayLine(
  summary: AlarmSummary | undefined,
  { state, sort }: { readonly state: string; readonly sort: string },
  say: (left: number) => string,
) {
  if (summary === undefined || state !== "attention" || sort !== "rank") return undefined;
  const left = Math.max(0, summary.budget.perDay - summary.budget.handledByMe);
  return { after: left, text: say(left) };
}

/** The row that the keys are on, the rows that are ticked, and what the keys do to them. */
function useDesk(rows: readonly AnomalyRow[] | undefined, acts: ReturnType<typeof useAlarmActs>) {
  const router = useRouter();
  const mayAcknowledge = useMay("monitor.alarm.ack");
  const mayShelve = useMay("monitor.alarm.shelve");
  const [chosen, setChosen] = useState<string>();
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [isShelving, setIsShelving] = useState(false);
  const ids = useMemo(() => rows?.map((row) => row.id) ?? [], [rows]);
  const targets = ticked.length > 0 ? ticked : chosen === undefined ? [] : [chosen];
  useRowKeys({
    ids,
    chosen,
    onChoose: setChosen,
    detail: useCallback(() => {
      if (chosen !== undefined) void router.navigate({ to: "/events/$id", params: { id: chosen } });
    }, [chosen, router]),
  });
  useAlarmKeys((key: NonNullable<AlarmKey>) => {
    if (key === "tick" && chosen !== undefined && mayAcknowledge) setTicked(toggled(ticked, chosen));
    if (key === "acknowledge" && mayAcknowledge) acts.acknowledge(targets);
    if (key === "takeOn" && mayAcknowledge) acts.takeOn(targets);
    if (key === "shelve" && mayShelve && targets.length > 0) setIsShelving(true);
  });
  const ticks = useTicks(ticked, setTicked);
  const shelveOne = (id: string) => {
    setTicked([id]);
    setIsShelving(true);
  };
  return {
    chosen,
    ticked,
    isAllTicked: ids.length > 0 && ids.every((id) => ticked.includes(id)),
    setTicked,
    targets,
    isShelving,
    setIsShelving,
    shelveOne,
    ticks: mayAcknowledge ? ticks : undefined,
  };
}

function toggled(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
}

function useTicks(ids: readonly string[], onChange: (ids: readonly string[]) => void) {
  const { say } = useWords("event-ticks", tickWords);
  return { ids, onChange, nameOf: (row: AnomalyRow) => say("row", { subject: row.subject }), all: say("all") };
}

const tickWords = {
  row: { zh: "选择 {{subject}}", en: "Tick {{subject}}" },
  all: { zh: "全部选择", en: "Tick all" },
} as const;

function Standing(props: { readonly summary: AlarmSummary }) {
  const { say } = useWords("events", words);
  const { unacknowledged, overdue, shelved, suppressed, budget } = props.summary;
  const { safety = 0, critical = 0, major = 0, minor = 0 } = unacknowledged;
  const parts = [
    say("waiting", { count: safety + critical + major + minor }),
    ...(overdue > 0 ? [say("overdue", { count: overdue })] : []),
    ...(shelved + suppressed > 0 ? [say("away", { shelved, suppressed })] : []),
    say("handled", { done: budget.handledByMe, budget: budget.perDay }),
  ];
  return <span className="nf-soft">{parts.join(" · ")}</span>;
}
