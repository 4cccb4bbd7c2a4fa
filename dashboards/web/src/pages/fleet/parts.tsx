import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import type { FleetRow } from "./queries.ts";
import { words } from "./words.ts";

interface RowProps {
  readonly agent: FleetRow;
}

/** Whether an agent is connected, and when it was last heard of. */
export function ConnectionOf({ agent }: RowProps) {
  const { say } = useWords("fleet", words);
  return (
    <span className="nf-two-lines">
      <span>
        <Tag tone={agent.isOnline ? "good" : "open"}>{say(agent.isOnline ? "online" : "offline")}</Tag>
      </span>
      <span className="nf-soft nf-small">
        <Ago at={agent.statusAt} />
      </span>
    </span>
  );
}

/** What waits in an agent's outbox, how full that is, and how long it can go on without its uplink. */
export function Backlog({ agent }: RowProps) {
  const { say } = useWords("fleet", words);
  const { number, share, dateTime } = useFormat();
  const { outbox } = agent;
  if (outbox === null) return <span>{dateTime(null)}</span>;
  const { records, bytes, maxBytes, dropped, alarm, holdsH } = outbox;
  const fill = say("fill", { share: share(bytes / maxBytes) });
  return (
    <span className="nf-two-lines">
      <span>{records === 0 ? say("empty") : say("records", { count: number(records, 0) })}</span>
      <span className={alarm ? "" : "nf-soft nf-small"}>{alarm ? <Tag tone="act">{fill}</Tag> : fill}</span>
      {typeof holdsH === "number" && (
        <span className="nf-soft nf-small">{say("holds", { hours: number(holdsH, holdsH < 10 ? 1 : 0) })}</span>
      )}
      {dropped > 0 && (
        <span>
          <Tag tone="act">{say("dropped", { count: number(dropped, 0) })}</Tag>
        </span>
      )}
    </span>
  );
}

/** How far an agent's clock is from the head-end's. */
export function ClockOf({ agent }: RowProps) {
  const { say } = useWords("fleet", words);
  const { number } = useFormat();
  const { clock } = agent;
  if (clock === null) return <span className="nf-soft">{say("clockUnknown")}</span>;
  const seconds = number(Math.abs(clock.offsetMs) / 1000, 1);
  if (!clock.alarm) return <span>{say("clockRight")}</span>;
  return <Tag tone="open">{say(clock.offsetMs > 0 ? "clockAhead" : "clockBehind", { seconds })}</Tag>;
}

/** How many of an agent's buses are in which state. */
export function BusStates({ agent }: RowProps) {
  const { say } = useWords("fleet", words);
  const { number } = useFormat();
  const states = (["silent", "partly", "waiting", "good"] as const).filter((state) => agent.busStates[state] > 0);
  if (states.length === 0) return <span className="nf-soft">{say("noBuses")}</span>;
  return (
    <span className="nf-lines">
      {states.map((state) => (
        <span key={state}>
          <Tag tone={BUS_TONES[state]}>
            {say(`bus_${state}`)} {number(agent.busStates[state], 0)}
          </Tag>
        </span>
      ))}
    </span>
  );
}

/** How a bus's state reads at a glance. */
export const BUS_TONES = { good: "good", partly: "going", silent: "open", waiting: "quiet" } as const satisfies Record<
  keyof FleetRow["busStates"],
  Tone
>;

const CONFIG_TONES: Readonly<Record<FleetRow["config"], Tone>> = {
  applied: "good",
  waiting: "going",
  trying: "going",
  refused: "open",
  "rolled-back": "open",
  drift: "open",
  unmanaged: "quiet",
};

/** How what an agent does stands to what it should do. */
export function ConfigTag(props: { readonly standing: FleetRow["config"] }) {
  const { say } = useWords("fleet", words);
  return <Tag tone={CONFIG_TONES[props.standing]}>{say(`config_${props.standing}`)}</Tag>;
}
