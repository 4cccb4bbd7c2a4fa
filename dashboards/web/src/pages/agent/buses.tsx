import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { BUS_TONES } from "../fleet/parts.tsx";
import type { BusRow } from "../fleet/queries.ts";
import { OrderButton } from "./order-button.tsx";
import { words } from "./words.ts";

interface ListedBus {
  readonly id: string;
  readonly bus: BusRow;
}

/** The buses of an agent: do their meters answer, is the line open and how busy, what went wrong on it. */
export function Buses({ buses }: { readonly buses: readonly BusRow[] }) {
  const { say } = useWords("agent", words);
  const rows = buses.map((bus) => ({ id: bus.bus, bus }));
  return (
    <Panel title={say("busList")} extra={<OrderButton order={{ kind: "retry" }}>{say("retryAll")}</OrderButton>}>
      <RankedList<ListedBus>
        label={say("busList")}
        question="buses"
        rows={rows}
        columns={useColumns()}
        card={({ bus }) => <BusCard bus={bus} />}
        empty={say("noBusesYet")}
      />
    </Panel>
  );
}

function useColumns(): readonly Column<ListedBus>[] {
  const { say } = useWords("agent", words);
  return [
    { key: "bus", title: say("bus"), width: 160, render: ({ bus }) => <Name bus={bus} /> },
    { key: "state", title: say("state"), width: 110, render: ({ bus }) => <StateOf bus={bus} /> },
    {
      key: "answering",
      title: say("answering"),
      align: "right",
      width: 110,
      render: ({ bus }) => <Counts bus={bus} />,
    },
    { key: "last", title: say("lastGood"), width: 130, render: ({ bus }) => <Ago at={bus.lastGoodAt} /> },
    { key: "success", title: say("success"), align: "right", width: 90, render: ({ bus }) => <Success bus={bus} /> },
    { key: "line", title: say("line"), render: ({ bus }) => <Line bus={bus} /> },
    { key: "acts", title: "", width: 220, render: ({ bus }) => <Acts bus={bus} /> },
  ];
}

interface BusProps {
  readonly bus: BusRow;
}

function Name({ bus }: BusProps) {
  return (
    <span className="nf-two-lines">
      <span className="nf-strong">{bus.bus}</span>
      <span className="nf-soft nf-small">{bus.kind}</span>
    </span>
  );
}

function StateOf({ bus }: BusProps) {
  const { say } = useWords("agent", words);
  return <Tag tone={BUS_TONES[bus.state]}>{say(`bus_${bus.state}`)}</Tag>;
}

function Counts({ bus }: BusProps) {
  const { number } = useFormat();
  return (
    <span className="nf-number">
      {number(bus.good, 0)} / {number(bus.units, 0)}
    </span>
  );
}

/** Of the last polls: a count since the start would hide what goes wrong today. OPC UA has the count alone. */
function Success({ bus }: BusProps) {
  const { share } = useFormat();
  const sinceStart = bus.polls === 0 ? null : 1 - bus.failures / bus.polls;
  return <span className="nf-number">{share(bus.successRatio ?? sinceStart, 1)}</span>;
}

/** Whether the line is open and how busy; what went wrong on it, where something did. */
function Line({ bus }: BusProps) {
  const { say } = useWords("agent", words);
  const { share, number } = useFormat();
  const { line, pollsSkipped, latencyMs } = bus;
  const faults = [
    line !== undefined && line.timeouts > 0 && say("timeouts", { count: number(line.timeouts, 0) }),
    line !== undefined && line.exceptions > 0 && say("exceptions", { count: number(line.exceptions, 0) }),
    line !== undefined && line.strays > 0 && say("strays", { count: number(line.strays, 0) }),
    pollsSkipped > 0 && say("skippedPolls", { count: number(pollsSkipped, 0) }),
  ].filter((text) => text !== false);
  return (
    <span className="nf-two-lines">
      {line !== undefined && (
        <span>
          {say(line.isOpen ? "lineOpen" : "lineClosed")} · {say("load")} {share(line.load)}
          {latencyMs != null && ` · ${say("latency")} ${number(latencyMs, latencyMs < 10 ? 1 : 0)} ms`}
        </span>
      )}
      {line?.fault != null && <span>{line.fault}</span>}
      <span className="nf-soft nf-small">{faults.join(" · ")}</span>
    </span>
  );
}

function Acts({ bus }: BusProps) {
  const { say } = useWords("agent", words);
  return (
    <span className="nf-actions">
      <OrderButton order={{ kind: "read-now", bus: bus.bus }}>{say("readNow")}</OrderButton>
      <OrderButton order={{ kind: "retry", bus: bus.bus }}>{say("retryNow")}</OrderButton>
    </span>
  );
}

function BusCard({ bus }: BusProps) {
  const { say } = useWords("agent", words);
  return (
    <div className="nf-lines">
      <span className="nf-card-line">
        <Name bus={bus} />
        <StateOf bus={bus} />
      </span>
      <span className="nf-card-line nf-small">
        <span>
          {say("answering")} <Counts bus={bus} />
        </span>
        <span>
          {say("success")} <Success bus={bus} />
        </span>
        <Ago at={bus.lastGoodAt} />
      </span>
      <Line bus={bus} />
      <Acts bus={bus} />
    </div>
  );
}
