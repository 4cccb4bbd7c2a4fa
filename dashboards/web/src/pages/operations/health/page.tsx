import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { ApiProblem } from "../../../api/client.ts";
import { Problem } from "../../../parts/problem.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { FeedReaders } from "./feed.tsx";
import { AgentsPanel, CollectingPanel, DetectingPanel, StorePanel } from "./figure-panels.tsx";
import { Headline } from "./headline.tsx";
import { Past } from "./past.tsx";
import { Processes } from "./processes.tsx";
import { type Health, healthQuery, historyQuery } from "./queries.ts";
import { Queues } from "./queues.tsx";
import { useRealNow } from "./use-real-now.ts";
import { verdictOf } from "./verdict.ts";
import { words } from "./words.ts";

/** How the head-end and what stands behind it fare: whether all is well, in words, and the figures under it. */
export function HealthPage() {
  const { say } = useWords("operations-health", words);
  useTitle(say("health"));
  const result = useQuery(healthQuery);
  if (result.error instanceof ApiProblem && result.error.status === 403) return <Problem error={result.error} />;
  if (result.data !== undefined)
    return <HealthBoard health={result.data} heardAtMs={result.dataUpdatedAt} hasFailed={result.isError} />;
  if (result.error === null) return <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
  return (
    <>
      <p>{say("doUnheard")}</p>
      <Problem error={result.error} onRetry={() => void result.refetch()} />
    </>
  );
}

function HealthBoard(props: { readonly health: Health; readonly heardAtMs: number; readonly hasFailed: boolean }) {
  const { health, heardAtMs } = props;
  const realNowMs = useRealNow();
  const history = useQuery(historyQuery).data;
  const nowMs = Math.max(realNowMs, heardAtMs);
  const verdict = verdictOf({ health, heardAtMs, nowMs, hasFailed: props.hasFailed });
  const isOld = verdict.kind === "unheard";
  const passedMs = nowMs - heardAtMs;
  return (
    <div className={isOld ? "nf-stale" : ""}>
      <Headline verdict={verdict} lookedAt={health.at} nowMs={health.at + passedMs} />
      {isOld && <OldFigures at={health.at} />}
      <CollectingPanel health={health} history={history} />
      <StorePanel health={health} history={history} />
      <div className="nf-split">
        <div>
          <DetectingPanel health={health} history={history} />
          <FeedReaders readers={health.feed} />
          <AgentsPanel health={health} />
        </div>
        <div>
          <Queues queues={health.queues} />
          <Past events={health.events} />
        </div>
      </div>
      <Processes rows={health.processes} passedMs={passedMs} isOld={isOld} />
    </div>
  );
}

function OldFigures(props: { readonly at: number }) {
  const { say } = useWords("operations-health", words);
  const { dateTime } = useFormat();
  return (
    <p className="nf-tight">
      <Tag tone="open">{say("old", { time: dateTime(props.at) })}</Tag>
    </p>
  );
}
