import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { plannedWorkQuery, shiftFactsQuery, shiftLogQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { EntryList } from "./entry-list.tsx";
import { HandOverButton } from "./hand-over.tsx";
import { LogPanel } from "./log-panel.tsx";
import { PlannedWorkPanel } from "./planned-work.tsx";
import { StandsOpen } from "./stands-open.tsx";
import { words } from "./words.ts";

/** What the shift must know: what stands open, what is carried on, the log, and planned work. */
export function ShiftPage() {
  const { say } = useWords("shift", words);
  useTitle(say("title"));
  const facts = useQuery(shiftFactsQuery);
  const carried = useInfiniteQuery(shiftLogQuery({ carried: "true" }));
  const planned = useInfiniteQuery(plannedWorkQuery({ current: "true" }));
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("title")}</h1>
        <span className="nf-grow" />
        <HandOverButton />
      </div>
      <div className="nf-split">
        <div>
          <LogPanel />
        </div>
        <div className="nf-split-side">
          <Panel title={say("open")}>
            {facts.error !== null && <Problem error={facts.error} onRetry={() => void facts.refetch()} />}
            {facts.data !== undefined && <StandsOpen facts={facts.data} />}
          </Panel>
          <Panel title={say("carried")}>
            <EntryList {...rowsOfPages(carried, useFlatRows(carried.data?.pages))} empty={say("nothingCarried")} />
          </Panel>
          <PlannedWorkPanel {...rowsOfPages(planned, useFlatRows(planned.data?.pages))} />
        </div>
      </div>
    </div>
  );
}
