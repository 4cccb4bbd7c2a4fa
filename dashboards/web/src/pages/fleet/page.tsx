import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { Backlog, BusStates, ClockOf, ConfigTag, ConnectionOf } from "./parts.tsx";
import { type FleetRow, fleetQuery } from "./queries.ts";
import type { FleetSearch } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/fleet");

/** An agent as the list holds it. */
interface ListedAgent {
  readonly id: string;
  readonly agent: FleetRow;
}

/** Every agent: connected, what waits in it, is its clock right, do its buses answer, does it do what it should. */
export function FleetPage() {
  const { say } = useWords("fleet", words);
  useTitle(say("fleet"));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const result = useInfiniteQuery(fleetQuery(search));
  const flat = useFlatRows(result.data?.pages);
  const rows = useMemo(() => flat?.map((agent) => ({ id: `${agent.site}/${agent.id}`, agent })), [flat]);
  return (
    <div className="nf-page">
      <CollectionTabs />
      <Filters search={search} />
      <Panel title={say("list")}>
        <RankedList<ListedAgent>
          {...rowsOfPages(result, flat)}
          rows={rows}
          label={say("list")}
          question={JSON.stringify(search)}
          columns={useColumns()}
          card={(row) => <AgentCard {...row} />}
          onOpen={({ agent }) =>
            void navigate({ to: "/collection/fleet/$site/$agent", params: { site: agent.site, agent: agent.id } })
          }
          empty={say("none")}
        />
      </Panel>
    </div>
  );
}

function Filters({ search }: { readonly search: FleetSearch }) {
  const { say } = useWords("fleet", words);
  const navigate = route.useNavigate();
  const change = (part: FleetSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <search className="nf-filters">
      <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
      <ChoiceFilter
        label={say("connection")}
        none={say("all")}
        value={search.online}
        choices={[
          { value: "true", label: say("online") },
          { value: "false", label: say("offline") },
        ]}
        onChange={(online) => change({ online })}
      />
    </search>
  );
}

function useColumns(): readonly Column<ListedAgent>[] {
  const { say } = useWords("fleet", words);
  return [
    { key: "agent", title: say("agent"), width: 220, render: (row) => <Name {...row} /> },
    { key: "connection", title: say("connection"), width: 140, render: ({ agent }) => <ConnectionOf agent={agent} /> },
    { key: "backlog", title: say("backlog"), width: 230, render: ({ agent }) => <Backlog agent={agent} /> },
    { key: "clock", title: say("clock"), width: 140, render: ({ agent }) => <ClockOf agent={agent} /> },
    { key: "buses", title: say("buses"), width: 140, render: ({ agent }) => <BusStates agent={agent} /> },
    { key: "config", title: say("config"), width: 150, render: ({ agent }) => <ConfigTag standing={agent.config} /> },
  ];
}

function Name({ id, agent }: ListedAgent) {
  const { say } = useWords("fleet", words);
  const { number } = useFormat();
  const version = agent.version === null ? "" : ` · ${say("version", { version: agent.version })}`;
  return (
    <span className="nf-two-lines">
      <Link to="/collection/fleet/$site/$agent" params={{ site: agent.site, agent: agent.id }} className="nf-strong">
        {id}
      </Link>
      <span className="nf-soft nf-small">
        {say("metersOf", { count: number(agent.meters, 0) })}
        {version}
      </span>
    </span>
  );
}

function AgentCard({ id, agent }: ListedAgent) {
  return (
    <div className="nf-lines">
      <Name id={id} agent={agent} />
      <div className="nf-card-line">
        <ConnectionOf agent={agent} />
        <BusStates agent={agent} />
      </div>
      <div className="nf-card-line">
        <Backlog agent={agent} />
        <ClockOf agent={agent} />
      </div>
    </div>
  );
}
