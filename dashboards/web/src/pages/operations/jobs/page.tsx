import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { jobCountQuery, jobsQuery } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { ChoiceFilter, TextFilter } from "../../../parts/filters.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { useRowKeys } from "../../../parts/row-keys.ts";
import { useDetailInView } from "../../../parts/use-detail-in-view.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { Pager } from "../pager.tsx";
import { type Done, DoneNote, JobActions } from "./actions.tsx";
import { JobDetail } from "./job-detail.tsx";
import { JobList } from "./job-list.tsx";
import { Queues } from "./queues.tsx";
import { Schedules } from "./schedules.tsx";
import { type JobsSearch, STATES } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/operations/jobs");

/** What waits, runs and failed for good; dead jobs are tried again, waiting ones cancelled, alone or many at once. */
export function JobsPage() {
  const { say } = useWords("jobs", words);
  useTitle(say("title"));
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const { state, queue, error, after, job } = search;
  const filter = { queue, error };
  const query = { ...filter, state: state ?? ("all" as const) };
  const jobs = useQuery(jobsQuery(query, after));
  const count = useQuery(jobCountQuery(query));
  const [done, setDone] = useState<Done>();
  const detail = useDetailInView(job);
  const rows = jobs.data?.items;
  const choose = useCallback(
    (id: string | undefined) => void navigate({ search: (before) => ({ ...before, job: id }), replace: true }),
    [navigate],
  );
  useRowKeys({ ids: useMemo(() => rows?.map((row) => row.id) ?? [], [rows]), chosen: job, onChoose: choose, detail });
  const mayCare = useMay("system.job.retry");
  return (
    <>
      <Queues
        chosen={queue}
        onChoose={(chosen) => void navigate({ search: { queue: chosen.queue, state: chosen.state } })}
      />
      <Filters search={search} />
      {done !== undefined && <DoneNote done={done} onHide={() => setDone(undefined)} onUndone={setDone} />}
      <div className={job === undefined ? "" : "nf-split"}>
        <Panel
          title={say("list")}
          extra={mayCare && <JobActions state={state} filter={filter} count={count.data?.count} onDone={setDone} />}
        >
          <p className="nf-soft nf-tight">{say("listHint")}</p>
          <JobList
            rows={rows}
            error={jobs.error}
            onRetry={() => void jobs.refetch()}
            question={JSON.stringify([query, after])}
            selectedId={job}
            onChoose={choose}
            empty={say(state === undefined && queue === undefined && error === undefined ? "empty" : "emptyFiltered")}
          />
          <Pager
            count={rows?.length}
            cursor={after}
            next={jobs.data?.nextCursor}
            onGo={(cursor) => void navigate({ search: (before) => ({ ...before, after: cursor, job: undefined }) })}
          />
        </Panel>
        {job !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <JobDetail key={job} id={job} onClose={() => choose(undefined)} onDone={setDone} />
          </div>
        )}
      </div>
      <Schedules />
    </>
  );
}

function Filters(props: { readonly search: JobsSearch }) {
  const { say } = useWords("jobs", words);
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: JobsSearch) =>
    void navigate({ search: { ...search, after: undefined, job: undefined, ...part }, replace: true });
  return (
    <search className="nf-filters">
      <ChoiceFilter
        label={say("state")}
        none={say("all")}
        value={search.state}
        choices={STATES.map((value) => ({ value, label: say(value) }))}
        onChange={(state) => change({ state })}
      />
      <TextFilter label={say("queue")} value={search.queue} onChange={(queue) => change({ queue })} />
      <TextFilter label={say("error")} value={search.error} onChange={(error) => change({ error })} />
    </search>
  );
}
