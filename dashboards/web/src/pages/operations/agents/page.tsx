import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Alert, Skeleton } from "antd";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { useDetailInView } from "../../../parts/use-detail-in-view.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { Facts } from "../facts.tsx";
import { AgentDetail } from "./agent-detail.tsx";
import { AgentList, useAgents } from "./agent-list.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { Held } from "./held.tsx";
import { Notes } from "./notes.tsx";
import { type EnrolmentOverview, overviewQuery } from "./queries.ts";
import { Tokens } from "./tokens.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/operations/agents");

/** The agents: who waits to be let in, how each one stands, and the tokens that let more in. */
export function AgentsPage() {
  const { say } = useWords("operations-agents", words);
  useTitle(say("agents"));
  const overview = useQuery(overviewQuery);
  if (overview.data !== undefined) return <Board overview={overview.data} />;
  if (overview.error !== null) return <Problem error={overview.error} onRetry={() => void overview.refetch()} />;
  return <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />;
}

function Board({ overview }: { readonly overview: EnrolmentOverview }) {
  const search = route.useSearch();
  const list = useAgents(search);
  const detail = useDetailInView(search.agent);
  return (
    <>
      {overview.isOn && <Held isPolicy={overview.unknownAgents === "hold"} />}
      <div className="nf-split nf-split-wide">
        <div>
          <AgentList search={search} list={list} />
          <HowTheyJoin overview={overview} />
        </div>
        <div ref={detail}>
          {search.agent === undefined ? (
            <>
              {overview.isOn && <Tokens overview={overview} />}
              <Notes />
            </>
          ) : (
            <Detail id={search.agent} list={list} canEnrol={overview.isOn} />
          )}
        </div>
      </div>
    </>
  );
}

function Detail(props: {
  readonly id: string;
  readonly list: ReturnType<typeof useAgents>;
  readonly canEnrol: boolean;
}) {
  const { say } = useWords("operations-agents", words);
  const agent = props.list.rows?.find(({ id }) => id === props.id);
  if (agent !== undefined) return <AgentDetail key={agent.id} agent={agent} canEnrol={props.canEnrol} />;
  if (props.list.rows === undefined) return <Skeleton active title={false} />;
  return <Alert type="info" showIcon title={say("unknownAgent", { agent: props.id })} />;
}

/** What an agent without a token meets here, and the fingerprint that gateways must trust. */
function HowTheyJoin({ overview }: { readonly overview: EnrolmentOverview }) {
  const { say } = useWords("operations-agents", words);
  const { dateTime } = useFormat();
  const { authority, unknownAgents, certificateDays } = overview;
  if (!overview.isOn || authority === null || unknownAgents === null)
    return <Alert type="info" showIcon title={say("off")} />;
  return (
    <Panel title={say("howTheyJoin")}>
      <Facts
        facts={[
          [say("unknownAgents"), say(`policy_${unknownAgents}`)],
          [say("certificateLife"), say("days", { count: certificateDays ?? 0 })],
          [say("authority"), <Fingerprint key="authority" of={authority.fingerprint} />],
          [say("authorityEnds"), dateTime(authority.expiresAt)],
        ]}
      />
    </Panel>
  );
}
