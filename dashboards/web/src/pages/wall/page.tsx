import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "antd";
import { lazy, Suspense, useEffect } from "react";
import {
  alarmSummaryQuery,
  anomaliesQuery,
  collectionQuery,
  type Overview,
  overviewQuery,
  utilityMapQuery,
} from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { BusinessClock } from "../../app/business-clock.tsx";
import { liveConnection, useLostSince } from "../../live/connection.ts";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CriticalAlarms } from "./critical-alarms.tsx";
import { WallFigures } from "./figures.tsx";
import { LossScale } from "./legend.tsx";
import type { Theme } from "./map-style.ts";
import { RankedDistricts } from "./ranked-districts.tsx";
import "./wall.css";
import { words } from "./words.ts";

const route = getRouteApi("/wall");
const DistrictMap = lazy(async () => ({ default: (await import("./district-map.tsx")).DistrictMap }));

/** The wall of the control room: where water is lost now, what it is worth, what waits; read from across the room. */
export function WallPage() {
  const { say } = useWords("wall", words);
  useTitle(say("title"));
  const { theme = "dark" } = route.useSearch();
  const overview = useQuery(overviewQuery);
  useEffect(() => {
    liveConnection.open();
    return () => liveConnection.close();
  }, []);
  return (
    <main className={`wall wall-${theme}`}>
      <WallHead theme={theme} />
      {overview.data === undefined && overview.error !== null && (
        <Problem error={overview.error} onRetry={() => void overview.refetch()} />
      )}
      {overview.data !== undefined && <Board overview={overview.data} theme={theme} />}
    </main>
  );
}

function WallHead(props: { readonly theme: Theme }) {
  const { say } = useWords("wall", words);
  const { dateTime } = useFormat();
  const navigate = route.useNavigate();
  const lostSinceMs = useLostSince();
  const other = props.theme === "dark" ? "light" : "dark";
  return (
    <header className="wall-head">
      <h1>{say("title")}</h1>
      {lostSinceMs !== null && (
        <strong className="wall-stale" role="status">
          {say("stale", { since: dateTime(lostSinceMs) })}
        </strong>
      )}
      <span className="nf-grow" />
      <BusinessClock />
      <Button type="text" onClick={() => void navigate({ search: { theme: other }, replace: true })}>
        {say(other)}
      </Button>
      <Link to="/">{say("leave")}</Link>
    </header>
  );
}

function Board(props: { readonly overview: Overview; readonly theme: Theme }) {
  const { say } = useWords("wall", words);
  const { overview, theme } = props;
  const mayCollect = useMay("collection.status.read");
  const map = useQuery(utilityMapQuery);
  const summary = useQuery(alarmSummaryQuery);
  const collection = useQuery({ ...collectionQuery, enabled: mayCollect });
  const alarms = useInfiniteQuery(anomaliesQuery({ state: "attention", sort: "rank", priority: "critical" }));
  const safety = useInfiniteQuery(anomaliesQuery({ state: "attention", sort: "rank", priority: "safety" }));
  const urgent = [...(safety.data?.pages ?? []), ...(alarms.data?.pages ?? [])].flatMap((page) => page.items);
  const hasMap = (map.data?.districts.length ?? 0) > 0;
  return (
    <>
      <WallFigures overview={overview} collection={collection.data} />
      <div className="wall-body">
        <section className="wall-panel wall-map-panel" aria-label={say("mapLabel")}>
          {map.data !== undefined && hasMap ? (
            <div className="wall-map-place">
              <Suspense fallback={<p className="wall-note">{say("loading")}</p>}>
                <DistrictMap map={map.data} districts={overview.dmas} theme={theme} />
              </Suspense>
            </div>
          ) : (
            map.data !== undefined && <p className="wall-note">{say("noMap")}</p>
          )}
          {hasMap && <LossScale theme={theme} />}
        </section>
        <div className="wall-side">
          <RankedDistricts districts={overview.dmas} theme={theme} />
          <CriticalAlarms events={urgent} waiting={summary.data?.unacknowledged} />
        </div>
      </div>
    </>
  );
}
