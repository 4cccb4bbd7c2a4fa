import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { type AnomalyRow, anomaliesQuery, type Overview, overviewQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useDetailInView } from "../../parts/use-detail-in-view.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { EventList } from "../events/event-list.tsx";
import { rankEvents } from "../events/ranking.ts";
import { DistrictBoard } from "./district-board.tsx";
import { words } from "./words.ts";
import { WorstNow } from "./worst-now.tsx";

const route = getRouteApi("/inside/");
const DistrictDetail = lazy(async () => ({ default: (await import("./district-detail.tsx")).DistrictDetail }));

/** The control room: what is worst now, what is it worth, who is on it; then districts and events by loss. */
export function ControlRoomPage() {
  const { say } = useWords("control-room", words);
  useTitle(say("controlRoom"));
  const { dma } = route.useSearch();
  const overview = useQuery(overviewQuery);
  const { events, list } = useActiveEvents();
  const detail = useDetailInView(dma);
  if (overview.isError && overview.data === undefined)
    return (
      <div className="nf-page">
        <Problem error={overview.error} onRetry={() => void overview.refetch()} />
      </div>
    );
  return (
    <div className="nf-page">
      <h1 className="nf-hidden">{say("controlRoom")}</h1>
      <WorstNow event={events?.[0]} isKnown={events !== undefined} />
      <Totals overview={overview.data} />
      <div className={dma === undefined ? "" : "nf-split"}>
        <div>
          <Panel title={say("districts")}>
            <DistrictBoard rows={overview.data?.dmas} selectedId={dma} />
          </Panel>
          <ActiveEvents list={list} isBeside={dma !== undefined} />
        </div>
        {dma !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <Suspense fallback={<PageLoading />}>
              <DistrictDetail id={dma} />
            </Suspense>
          </div>
        )}
      </div>
    </div>
  );
}

/** Active events with safety first. Few as they are, safety events are asked for apart, so that none hides on a later page. */
function useActiveEvents() {
  const byMoney = useInfiniteQuery(anomaliesQuery({ state: "active", sort: "rank" }));
  const safety = useInfiniteQuery(anomaliesQuery({ state: "active", sort: "rank", group: "safety" }));
  const money = useFlatRows<AnomalyRow>(byMoney.data?.pages);
  const urgent = useFlatRows<AnomalyRow>(safety.data?.pages);
  const events = useMemo(() => (money && urgent ? rankEvents([...urgent, ...money]) : undefined), [money, urgent]);
  return { events, list: rowsOfPages(byMoney, events) };
}

function ActiveEvents(props: {
  readonly list: ReturnType<typeof useActiveEvents>["list"];
  readonly isBeside: boolean;
}) {
  const { say } = useWords("control-room", words);
  if (props.isBeside)
    return (
      <Panel title={say("activeEvents")} extra={<Link to="/events">{say("allEvents")}</Link>}>
        <CompactEvents
          events={props.list.rows}
          empty={say("noEvents")}
          error={props.list.error}
          onRetry={props.list.onRetry}
        />
      </Panel>
    );
  return (
    <Panel title={say("activeEvents")} extra={<Link to="/events">{say("allEvents")}</Link>}>
      <EventList {...props.list} question="active" empty={say("noEvents")} />
    </Panel>
  );
}

function Totals(props: { readonly overview: Overview | undefined }) {
  const { say } = useWords("control-room", words);
  const { money } = useFormat();
  if (props.overview === undefined) return null;
  const { totals } = props.overview;
  return (
    <p className="nf-soft" style={{ margin: "0 0 12px" }}>
      {say("total", {
        events: totals.openEvents,
        money: money(totals.openEventsMoneyPerDay),
        tickets: totals.openTickets,
        overdue: totals.overdueTickets,
        unassigned: totals.unassignedTickets,
      })}{" "}
      ·{" "}
      <Link to="/wall" className="nf-inline-link">
        {say("wall")}
      </Link>
    </p>
  );
}
