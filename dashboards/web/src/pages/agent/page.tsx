import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useMay } from "../../api/session.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { CommandDetail } from "../commands/command-detail.tsx";
import { CommandList } from "../commands/command-list.tsx";
import { Backlog, ClockOf, ConfigTag, ConnectionOf } from "../fleet/parts.tsx";
import { type AgentName, type FleetAgent, fleetAgentQuery } from "../fleet/queries.ts";
import { Facts } from "../operations/facts.tsx";
import { Buses } from "./buses.tsx";
import { Config } from "./config.tsx";
import { OpcUa } from "./opcua.tsx";
import { Probe } from "./probe.tsx";
import { type AgentPart, PARTS } from "./search.ts";
import { Units } from "./units.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/fleet/$site/$agent");

/** One agent: how it stands, its buses and meters live, its configuration, and what it was asked to do. */
export function AgentPage() {
  const name = route.useParams();
  const { say } = useWords("agent", words);
  useTitle(say("agentTitle", { agent: `${name.site}/${name.agent}` }));
  const { part, command } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(fleetAgentQuery(name));
  if (data === undefined && error === null) return <PageLoading />;
  return (
    <div className="nf-page">
      <CollectionTabs />
      {data === undefined ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <Standing agent={data} />
          <Parts />
          <Part part={part} agent={data} name={name} />
        </>
      )}
      {command !== undefined && (
        <CommandDetail
          id={command}
          onClose={() => void navigate({ search: (before) => ({ ...before, command: undefined }), replace: true })}
        />
      )}
    </div>
  );
}

function Standing({ agent }: { readonly agent: FleetAgent }) {
  const { say } = useWords("agent", words);
  const { number } = useFormat();
  const { pollsSkipped } = agent;
  return (
    <Panel
      title={say("agentTitle", { agent: `${agent.site}/${agent.id}` })}
      extra={<Link to="/collection/fleet">{say("back")}</Link>}
    >
      <Facts
        facts={[
          [say("connection"), <ConnectionOf key="connection" agent={agent} />],
          [say("backlog"), <Backlog key="backlog" agent={agent} />],
          [say("clock"), <ClockOf key="clock" agent={agent} />],
          [say("config"), <ConfigTag key="config" standing={agent.config} />],
          ...(agent.startedAt === null ? [] : [[say("started"), <Ago key="started" at={agent.startedAt} />] as const]),
          ...(pollsSkipped === null || pollsSkipped === 0 ? [] : [[say("skipped"), number(pollsSkipped, 0)] as const]),
        ]}
      />
    </Panel>
  );
}

function Parts() {
  const { say } = useWords("agent", words);
  const { part } = route.useSearch();
  const navigate = route.useNavigate();
  const may = {
    meters: true,
    config: useMay("collection.config.read"),
    commands: useMay("collection.command.read"),
    probe: useMay("collection.command.read"),
  };
  return (
    <Segmented<AgentPart | "buses">
      aria-label={say("parts")}
      className="nf-parts"
      value={part ?? "buses"}
      onChange={(value) => void navigate({ search: { part: value === "buses" ? undefined : value }, replace: true })}
      options={[
        { value: "buses", label: say("part_buses") },
        ...PARTS.filter((each) => may[each]).map((each) => ({ value: each, label: say(`part_${each}`) })),
      ]}
    />
  );
}

function Part(props: { readonly part: AgentPart | undefined; readonly agent: FleetAgent; readonly name: AgentName }) {
  const { part, agent, name } = props;
  if (part === "meters") return <Units units={agent.units} />;
  if (part === "config") return <Config name={name} />;
  if (part === "commands") return <Commands name={name} />;
  if (part === "probe") return <Probe buses={agent.buses} />;
  return (
    <>
      <Buses buses={agent.buses} />
      {agent.opcua !== null && <OpcUa name={name} standing={agent.opcua} />}
    </>
  );
}

function Commands({ name }: { readonly name: AgentName }) {
  const { say } = useWords("agent", words);
  const { command } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (id: string) => void navigate({ search: (before) => ({ ...before, command: id }), replace: true });
  return (
    <Panel title={say("commandsOf")}>
      <CommandList query={{ site: name.site, agent: name.agent }} chosen={command} onOpen={open} />
    </Panel>
  );
}
