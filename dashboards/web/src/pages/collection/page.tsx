import { useQuery } from "@tanstack/react-query";
import { agentsQuery, collectionQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { Agents } from "./agents.tsx";
import { Groups } from "./groups.tsx";
import { Missing } from "./missing.tsx";
import { RateByDay } from "./rate-by-day.tsx";
import { SetAside } from "./set-aside.tsx";
import { CollectionTabs } from "./tabs.tsx";
import { words } from "./words.ts";

/** The collection: are all meters read, who did not report and why. */
export function CollectionPage() {
  const { say } = useWords("collection", words);
  useTitle(say("collection"));
  const { number, share } = useFormat();
  const collection = useQuery(collectionQuery);
  const mayReadAgents = useMay("collection.agent.read");
  const mayReadSetAside = useMay("collection.set_aside.read");
  const agents = useQuery({ ...agentsQuery, enabled: mayReadAgents });
  if (collection.data === undefined)
    return collection.error === null ? (
      <PageLoading />
    ) : (
      <div className="nf-page">
        <Problem error={collection.error} onRetry={() => void collection.refetch()} />
      </div>
    );
  const { total, missing } = collection.data;
  const rows = agents.data?.items ?? [];
  const online = rows.filter((agent) => agent.isOnline).length;
  const agentsFigure = {
    name: say("agentsOnline"),
    value: number(online, 0),
    note: say("ofAgents", { count: rows.length }),
  };
  return (
    <div className="nf-page">
      <CollectionTabs />
      <Panel title={say("whole")}>
        <FigureList
          figures={[
            {
              name: say("rate"),
              value: share(total.successRate, 1),
              note: say("rateNote", { expected: number(total.expected, 0), got: number(total.got, 0) }),
            },
            {
              name: say("notReporting"),
              value: number(total.late + total.silent + total.never, 0),
              note: say("ofMeters", { meters: number(total.meters, 0) }),
            },
            ...(mayReadAgents ? [agentsFigure] : []),
          ]}
        />
      </Panel>
      <div className="nf-split nf-split-wide">
        <div>
          <Missing rows={missing} agents={rows} />
          {mayReadSetAside && <SetAside />}
        </div>
        <div>
          <RateByDay />
          <Groups report={collection.data} />
          {mayReadAgents && <Agents agents={agents.data?.items} error={agents.error} />}
        </div>
      </div>
    </div>
  );
}
