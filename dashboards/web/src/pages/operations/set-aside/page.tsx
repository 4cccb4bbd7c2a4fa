import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useCallback, useMemo, useState } from "react";
import { entriesQuery, reasonsQuery } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { useBusinessNow } from "../../../parts/clock.ts";
import { ChoiceFilter, TextFilter } from "../../../parts/filters.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { useRowKeys } from "../../../parts/row-keys.ts";
import { useDetailInView } from "../../../parts/use-detail-in-view.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { DecisionNote } from "../decision-state.tsx";
import { Pager } from "../pager.tsx";
import { RecentDecisions } from "../recent-decisions.tsx";
import { BulkActions } from "./bulk-actions.tsx";
import { EntryDetail } from "./entry-detail.tsx";
import { EntryList } from "./entry-list.tsx";
import { filterOf, LISTS, type List, type SetAsideSearch, SPAN_NAMES, STATES } from "./search.ts";
import { reasonWord, words } from "./words.ts";

const route = getRouteApi("/inside/operations/set-aside");
const KINDS = ["replay", "discard", "keep_first"] as const;
const NONE: ReadonlySet<number> = new Set();

/** What could not be stored, and second values: each is looked at, repaired, replayed or settled, alone or many at once. */
export function SetAsidePage() {
  const { say } = useWords("set-aside", words);
  useTitle(say("title"));
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const list: List = search.list ?? "dead_letter";
  const { filter, entries, matching, reasons } = useEntries(list, search);
  const [ticked, setTicked] = useState(NONE);
  const [decision, setDecision] = useState<string>();
  const detail = useDetailInView(search.entry === undefined ? undefined : String(search.entry));
  const rows = entries.data?.items;
  const choose = useCallback(
    (id: string | undefined) =>
      void navigate({
        search: (before) => ({ ...before, entry: id === undefined ? undefined : Number(id) }),
        replace: true,
      }),
    [navigate],
  );
  const ids = useMemo(() => rows?.map((row) => String(row.id)) ?? [], [rows]);
  useRowKeys({ ids, chosen: search.entry === undefined ? undefined : String(search.entry), onChoose: choose, detail });
  const decided = (id: string) => {
    setDecision(id);
    setTicked(NONE);
  };
  const mayDecide = useMay("collection.set_aside.decide");
  const isOpen = search.state === undefined;
  const hasDetail = search.entry !== undefined;
  return (
    <>
      <Filters search={search} reasons={reasons} />
      {decision !== undefined && <DecisionNote id={decision} onHide={() => setDecision(undefined)} />}
      <div className={hasDetail ? "nf-split" : ""}>
        <Panel
          title={say(list)}
          extra={
            mayDecide &&
            isOpen && (
              <BulkActions list={list} filter={filter} matching={matching} ticked={ticked} onDecided={decided} />
            )
          }
        >
          <p className="nf-soft nf-tight">{say(`${list}Hint`)}</p>
          <EntryList
            list={list}
            rows={rows}
            error={entries.error}
            onRetry={() => void entries.refetch()}
            question={JSON.stringify([list, filter, search.state, search.after])}
            selected={search.entry}
            onChoose={choose}
            isFiltered={Object.values(filter).some((part) => part !== undefined)}
            ticked={mayDecide && isOpen ? ticked : undefined}
            onTick={setTicked}
            isNarrow={hasDetail}
          />
          <Pager
            count={rows?.length}
            cursor={search.after}
            next={entries.data?.nextCursor}
            onGo={(after) => void navigate({ search: (before) => ({ ...before, after, entry: undefined }) })}
          />
        </Panel>
        {search.entry !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <EntryDetail
              key={`${search.entry}`}
              id={search.entry}
              entry={rows?.find((row) => row.id === search.entry)}
              isLoading={rows === undefined}
              onDecided={decided}
              onClose={() => choose(undefined)}
            />
          </div>
        )}
      </div>
      <RecentDecisions kinds={KINDS} />
    </>
  );
}

function useEntries(list: List, search: SetAsideSearch) {
  const now = useBusinessNow();
  const filter = filterOf(search, now);
  const query = { ...filter, state: search.state ?? ("open" as const) };
  const entries = useQuery(entriesQuery(list, query, search.after));
  const { data } = useQuery(reasonsQuery(list, query));
  const reasons = data?.items ?? [];
  const counted = search.reason === undefined ? reasons : reasons.filter((one) => one.reasonCode === search.reason);
  const matching = data === undefined ? undefined : counted.reduce((sum, { count }) => sum + count, 0);
  return { filter, entries, matching, reasons };
}

function Filters(props: {
  readonly search: SetAsideSearch;
  readonly reasons: readonly { readonly reasonCode: string; readonly count: number }[];
}) {
  const { say } = useWords("set-aside", words);
  const { number } = useFormat();
  const navigate = route.useNavigate();
  const { search, reasons } = props;
  const change = (part: SetAsideSearch) =>
    void navigate({ search: { ...search, after: undefined, entry: undefined, ...part }, replace: true });
  const choices = reasons.map(({ reasonCode: value, count }) => {
    const word = reasonWord(value);
    return { value, label: `${word === undefined ? value : say(word)} · ${number(count, 0)}` };
  });
  const isKnown = search.reason === undefined || reasons.some((one) => one.reasonCode === search.reason);
  return (
    <search className="nf-filters">
      <Segmented<List>
        aria-label={say("title")}
        value={search.list ?? "dead_letter"}
        onChange={(list) => change({ list: list === "conflict" ? list : undefined, reason: undefined })}
        options={LISTS.map((value) => ({ value, label: say(value) }))}
      />
      <ChoiceFilter
        label={say("state")}
        none={say("open")}
        value={search.state}
        choices={STATES.map((value) => ({ value, label: say(value) }))}
        onChange={(state) => change({ state })}
      />
      <ChoiceFilter
        label={say("reasonCode")}
        none={say("all")}
        value={search.reason}
        choices={isKnown ? choices : [...choices, { value: search.reason ?? "", label: search.reason ?? "" }]}
        onChange={(reason) => change({ reason })}
      />
      <TextFilter label={say("agent")} value={search.agent} onChange={(agent) => change({ agent })} />
      <TextFilter label={say("channel")} value={search.channel} onChange={(channel) => change({ channel })} />
      <ChoiceFilter
        label={say("within")}
        none={say("anyTime")}
        value={search.within}
        choices={SPAN_NAMES.map((value) => ({ value, label: say(value) }))}
        onChange={(within) => change({ within })}
      />
    </search>
  );
}
