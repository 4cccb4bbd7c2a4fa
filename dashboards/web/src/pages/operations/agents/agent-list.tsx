import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { rowsOfPages, useFlatRows } from "../../../api/use-pages.ts";
import { agoWords } from "../../../parts/ago.ts";
import { useBusinessNow } from "../../../parts/clock.ts";
import { ChoiceFilter, TextFilter } from "../../../parts/filters.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { Ago, When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { type EnrolledAgent, enrolledAgentsQuery } from "./queries.ts";
import { type AgentsSearch, STANDINGS } from "./search.ts";
import { daysLeft, STANDING_TONES } from "./standing.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/operations/agents");

/** An agent as the list holds it. */
export interface ListedAgent extends EnrolledAgent {
  readonly id: string;
}

/** Agents of the filters in the address, those that need somebody first; with what asks for more of them. */
export function useAgents(search: AgentsSearch) {
  const result = useInfiniteQuery(enrolledAgentsQuery(search));
  const flat = useFlatRows<EnrolledAgent>(result.data?.pages);
  const rows = useMemo(() => flat?.map((row): ListedAgent => ({ ...row, id: `${row.site}/${row.agent}` })), [flat]);
  return { ...rowsOfPages(result, flat), rows };
}

/** The list of agents with its filters; a row opens its detail. */
export function AgentList(props: { readonly search: AgentsSearch; readonly list: ReturnType<typeof useAgents> }) {
  const { say } = useWords("operations-agents", words);
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: AgentsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: part.agent === undefined });
  const hasFilter = search.q !== undefined || search.standing !== undefined;
  return (
    <Panel title={say("list")}>
      <search className="nf-filters">
        <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
        <ChoiceFilter
          label={say("standing")}
          none={say("all")}
          value={search.standing}
          choices={STANDINGS.map((value) => ({ value, label: say(`standing_${value}`) }))}
          onChange={(standing) => change({ standing })}
        />
      </search>
      <RankedList
        {...props.list}
        label={say("list")}
        question={JSON.stringify([search.q, search.standing])}
        selectedId={search.agent}
        empty={say(hasFilter ? "noneFits" : "noAgents")}
        onOpen={(row) => change({ agent: row.id })}
        card={(row) => <AgentCard agent={row} />}
        columns={[
          { key: "agent", title: say("agent"), render: (row) => <Name agent={row} /> },
          { key: "state", title: say("state"), width: 150, render: (row) => <Connection agent={row} /> },
          { key: "outbox", title: say("outbox"), width: 190, render: (row) => <OutboxFill agent={row} /> },
          { key: "standing", title: say("standing"), width: 170, render: (row) => <StandingOf agent={row} /> },
        ]}
      />
    </Panel>
  );
}

interface RowProps {
  readonly agent: ListedAgent;
}

function Name(props: RowProps) {
  const { say } = useWords("operations-agents", words);
  const { number } = useFormat();
  const { id, says, meters } = props.agent;
  const version = says.version === null ? "" : ` · ${say("version")} ${says.version}`;
  return (
    <span className="nf-two-lines">
      <Link to="/operations/agents" search={(before) => ({ ...before, agent: id })} className="nf-strong">
        {id}
      </Link>
      <span className="nf-soft nf-small">
        {say("meters")} {number(meters, 0)}
        {version}
      </span>
    </span>
  );
}

/** Whether it is connected, and when it was last heard of. */
export function Connection({ agent }: RowProps) {
  const { say } = useWords("operations-agents", words);
  const { isOnline, standing, lastSeenAt } = agent;
  const isMissed = isOnline === false && standing !== "revoked";
  return (
    <span className="nf-two-lines">
      <span>
        {isOnline === null && <Tag tone="quiet">{say("neverSeen")}</Tag>}
        {isOnline === true && <Tag tone="good">{say("online")}</Tag>}
        {isOnline === false && <Tag tone={isMissed ? "open" : "quiet"}>{say("offline")}</Tag>}
      </span>
      {lastSeenAt !== null && (
        <span className="nf-soft nf-small">
          <Ago at={lastSeenAt} />
        </span>
      )}
    </span>
  );
}

const FILLING = 0.8;

/** How much waits in its outbox, how old the oldest is, and whether it had to give up some. */
export function OutboxFill({ agent }: RowProps) {
  const { say, language } = useWords("operations-agents", words);
  const { number, share, dateTime } = useFormat();
  const nowMs = useBusinessNow();
  const { outbox } = agent.says;
  if (outbox === null) return <span>{dateTime(null)}</span>;
  const { records, fill, oldestReadAt, dropped } = outbox;
  const fullness = say("full", { share: share(fill) });
  return (
    <span className="nf-two-lines">
      <span>
        {records === 0 ? say("empty") : say("records", { count: number(records, 0) })}
        {records > 0 && fill < FILLING && <span className="nf-soft"> · {fullness}</span>}
        {fill >= FILLING && <Tag tone="act">{fullness}</Tag>}
      </span>
      {records > 0 && oldestReadAt !== null && (
        <span className="nf-soft nf-small">{say("oldest", { ago: agoWords(oldestReadAt, nowMs, language) })}</span>
      )}
      {dropped > 0 && (
        <span>
          <Tag tone="act">{say("dropped", { count: number(dropped, 0) })}</Tag>
        </span>
      )}
    </span>
  );
}

/** How its certificate stands, and for how long. */
export function StandingOf({ agent }: RowProps) {
  const { say } = useWords("operations-agents", words);
  const { dateTime } = useFormat();
  const { standing, certificate } = agent;
  const left = certificate === null ? null : daysLeft(certificate.expiresAt, Date.now());
  return (
    <span className="nf-two-lines">
      <span>
        <Tag tone={STANDING_TONES[standing]}>{say(`standing_${standing}`)}</Tag>
      </span>
      {certificate !== null && left !== null && standing !== "revoked" && (
        <span className="nf-soft nf-small" title={dateTime(certificate.expiresAt)}>
          {left > 0 && say("daysLeft", { count: left })}
          {left === 0 && say("lastDay")}
          {left < 0 && say("ended", { time: dateTime(certificate.expiresAt) })}
        </span>
      )}
      {agent.revokedAt !== null && (
        <span className="nf-soft nf-small">
          <When at={agent.revokedAt} />
        </span>
      )}
    </span>
  );
}

function AgentCard(props: RowProps) {
  return (
    <div style={{ display: "grid", gap: 4, padding: "8px 0" }}>
      <Name {...props} />
      <div className="nf-card-line">
        <Connection agent={props.agent} />
        <StandingOf agent={props.agent} />
      </div>
      <OutboxFill agent={props.agent} />
    </div>
  );
}
