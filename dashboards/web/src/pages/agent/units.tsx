import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import type { UnitRow } from "../fleet/queries.ts";
import { OrderButton } from "./order-button.tsx";
import type { AgentSearch } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/fleet/$site/$agent");
const SHOWN = 200;
const WORST: Readonly<Record<UnitRow["state"], number>> = { silent: 0, failing: 1, good: 2 };
const TONES: Readonly<Record<UnitRow["state"], Tone>> = { silent: "open", failing: "going", good: "good" };

interface ListedUnit {
  readonly id: string;
  readonly unit: UnitRow;
}

/** The meters of an agent, those that do not answer first. */
export function Units({ units }: { readonly units: readonly UnitRow[] }) {
  const { say } = useWords("agent", words);
  const { q, state } = route.useSearch();
  const navigate = route.useNavigate();
  const rows = useMemo(() => rowsOf(units, { q, state }), [units, q, state]);
  const change = (part: AgentSearch) => void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <Panel title={say("meterList")}>
      <search className="nf-filters">
        <TextFilter label={say("findMeter")} value={q} onChange={(text) => change({ q: text })} />
        <ChoiceFilter
          label={say("state")}
          none={say("all")}
          value={state}
          choices={(["silent", "failing", "good"] as const).map((value) => ({ value, label: say(`unit_${value}`) }))}
          onChange={(value) => change({ state: value })}
        />
      </search>
      <RankedList<ListedUnit>
        label={say("meterList")}
        question={JSON.stringify([q, state])}
        rows={rows}
        columns={useColumns()}
        card={({ unit }) => <UnitCard unit={unit} />}
        empty={say("noMeters")}
      />
    </Panel>
  );
}

function rowsOf(units: readonly UnitRow[], { q, state }: Pick<AgentSearch, "q" | "state">): ListedUnit[] {
  return units
    .filter((unit) => (q === undefined || unit.meter.includes(q)) && (state === undefined || unit.state === state))
    .toSorted((a, b) => WORST[a.state] - WORST[b.state] || a.meter.localeCompare(b.meter))
    .slice(0, SHOWN)
    .map((unit) => ({ id: unit.meter, unit }));
}

function useColumns(): readonly Column<ListedUnit>[] {
  const { say } = useWords("agent", words);
  return [
    {
      key: "meter",
      title: say("meter"),
      width: 180,
      render: ({ id }) => (
        <Link to="/meters/$id" params={{ id }}>
          {id}
        </Link>
      ),
    },
    { key: "state", title: say("state"), width: 110, render: ({ unit }) => <StateOf unit={unit} /> },
    { key: "last", title: say("lastGood"), width: 130, render: ({ unit }) => <Ago at={unit.lastGoodAt} /> },
    { key: "success", title: say("success"), align: "right", width: 90, render: ({ unit }) => <Success unit={unit} /> },
    { key: "latency", title: say("latency"), width: 210, render: ({ unit }) => <Latency unit={unit} /> },
    { key: "error", title: say("lastError"), render: ({ unit }) => <Faults unit={unit} /> },
    { key: "acts", title: "", width: 210, render: ({ unit }) => <Acts unit={unit} /> },
  ];
}

interface UnitProps {
  readonly unit: UnitRow;
}

function StateOf({ unit }: UnitProps) {
  const { say } = useWords("agent", words);
  return <Tag tone={TONES[unit.state]}>{say(`unit_${unit.state}`)}</Tag>;
}

function Success({ unit }: UnitProps) {
  const { share } = useFormat();
  const whole = unit.polls === 0 ? null : 1 - unit.failures / unit.polls;
  return <span className="nf-number">{share(unit.successRatio ?? whole, 1)}</span>;
}

function Latency({ unit }: UnitProps) {
  const { say } = useWords("agent", words);
  const { number } = useFormat();
  if (typeof unit.latencyMs !== "number") return <span>–</span>;
  return (
    <span className="nf-number">
      {say("latencyOf", { median: number(unit.latencyMs, 0), most: number(unit.latencyMaxMs, 0) })}
    </span>
  );
}

function Faults({ unit }: UnitProps) {
  const { say } = useWords("agent", words);
  const { number } = useFormat();
  const counted = [
    (unit.timeouts ?? 0) > 0 && say("timeouts", { count: number(unit.timeouts, 0) }),
    (unit.exceptions ?? 0) > 0 && say("exceptions", { count: number(unit.exceptions, 0) }),
    unit.tooShort === true && say("tooShort"),
  ].filter((text) => text !== false);
  return (
    <span className="nf-two-lines">
      <span className="nf-clamp">{unit.lastError}</span>
      <span className="nf-soft nf-small">{counted.join(" · ")}</span>
    </span>
  );
}

function Acts({ unit }: UnitProps) {
  const { say } = useWords("agent", words);
  return (
    <span className="nf-actions">
      <OrderButton order={{ kind: "read-now", meters: [unit.meter] }}>{say("readNow")}</OrderButton>
      {unit.state !== "good" && (
        <OrderButton order={{ kind: "retry", meters: [unit.meter] }}>{say("retryNow")}</OrderButton>
      )}
    </span>
  );
}

function UnitCard({ unit }: UnitProps) {
  return (
    <div className="nf-lines">
      <span className="nf-card-line">
        <Link to="/meters/$id" params={{ id: unit.meter }} className="nf-strong">
          {unit.meter}
        </Link>
        <StateOf unit={unit} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <Latency unit={unit} />
        <Ago at={unit.lastGoodAt} />
      </span>
      <Faults unit={unit} />
      <Acts unit={unit} />
    </div>
  );
}
