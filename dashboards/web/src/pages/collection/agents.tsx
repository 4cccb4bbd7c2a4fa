import type { AgentRow } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { outboxOf, versionOf } from "./why.ts";
import { words } from "./words.ts";

/** The agents: who is online, and how much waits in its outbox. */
export function Agents(props: { readonly agents: readonly AgentRow[] | undefined; readonly error: unknown }) {
  const { say } = useWords("collection", words);
  if (props.agents === undefined) return props.error === null ? null : <Problem error={props.error} />;
  return (
    <Panel title={say("agents")}>
      {props.agents.length === 0 && <p className="nf-soft">{say("noAgents")}</p>}
      <ul className="nf-cards">
        {props.agents.map((agent) => (
          <li key={`${agent.site}/${agent.id}`} className="nf-card" style={{ padding: "8px 0" }}>
            <AgentLines agent={agent} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function AgentLines(props: { readonly agent: AgentRow }) {
  const { say } = useWords("collection", words);
  const { agent } = props;
  const version = versionOf(agent.status);
  return (
    <>
      <div className="nf-card-line">
        <span className="nf-strong">
          {agent.site}/{agent.id}
        </span>
        <Tag tone={agent.isOnline ? "good" : "open"}>{say(agent.isOnline ? "online" : "offline")}</Tag>
      </div>
      <div className="nf-card-line nf-small nf-soft">
        <Backlog agent={agent} />
        <span>
          {say("heard")} <Ago at={agent.statusAt} />
          {version === null ? "" : ` · ${say("version")} ${version}`}
        </span>
      </div>
    </>
  );
}

function Backlog(props: { readonly agent: AgentRow }) {
  const { say } = useWords("collection", words);
  const { number, share } = useFormat();
  const outbox = outboxOf(props.agent.status);
  if (outbox === null) return <span>{say("outbox")} –</span>;
  return (
    <span>
      {say("outbox")} {say("records", { count: number(outbox.records, 0) })} ·{" "}
      {say("fill", { fill: share(outbox.fill) })}
      {outbox.dropped > 0 && (
        <>
          {" "}
          · <Tag tone="act">{say("dropped", { count: number(outbox.dropped, 0) })}</Tag>
        </>
      )}
    </span>
  );
}
