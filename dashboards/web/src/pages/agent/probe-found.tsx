import type { ProbedMeter, ProbedUnits, ProbeFound } from "@nightflow/domain";
import { Alert, Button, Table } from "antd";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { BlockFound } from "./probe-block.tsx";
import { words } from "./probe-words.ts";

/** What a probe found: units, registers in every decoding, or three readings judged. */
export function Found(props: {
  readonly found: unknown;
  readonly onUnit: (unitId: number) => void;
  /** Reads the block again later, beside this reading. */
  readonly onCompare?: () => void;
}) {
  const { say } = useWords("probe", words);
  const { found, onCompare } = props;
  if (!isFound(found)) return <Alert type="warning" showIcon title={say("notFound", { why: JSON.stringify(found) })} />;
  if (found.mode === "scan") return <UnitsFound found={found} onUnit={props.onUnit} />;
  return found.mode === "read" ? (
    <BlockFound found={found} {...(onCompare && { onCompare })} />
  ) : (
    <MeterFound found={found} />
  );
}

/** The agent checks what it sends; one of another version may send something else. */
function isFound(found: unknown): found is ProbeFound {
  const { mode } = (found ?? {}) as { readonly mode?: unknown };
  return mode === "scan" || mode === "read" || mode === "meter";
}

const MANY = 8;

interface ListedUnit {
  readonly id: string;
  readonly unit: ProbedUnits["units"][number];
}

function UnitsFound(props: { readonly found: ProbedUnits; readonly onUnit: (unitId: number) => void }) {
  const { say } = useWords("probe", words);
  const { asked, notAsked, units } = props.found;
  const rows = units.map((unit) => ({ id: String(unit.unitId), unit }));
  const act = ({ unit }: ListedUnit) => (
    <Button size="small" onClick={() => props.onUnit(unit.unitId)}>
      {say("readThis")}
    </Button>
  );
  return (
    <Panel title={say("foundUnits")}>
      {notAsked.length > 0 && <Alert type="info" showIcon title={say("notAsked", { units: rangesOf(notAsked) })} />}
      {units.length === asked.length && asked.length >= MANY && <p>{say("allAnswer")}</p>}
      <RankedList<ListedUnit>
        label={say("foundUnits")}
        question={rows.length.toString()}
        rows={rows}
        columns={[...useUnitColumns(), { key: "act", title: "", width: 140, render: act }]}
        card={({ unit }) => (
          <span className="nf-card-line">
            <span className="nf-strong">{say("unitNo", { unit: unit.unitId })}</span>
            <span>{unit.exception ?? say("saidWords")}</span>
            <Latency ms={unit.latencyMs} />
          </span>
        )}
        cardActs={act}
        empty={say("noUnit")}
      />
    </Panel>
  );
}

function useUnitColumns(): readonly Column<ListedUnit>[] {
  const { say } = useWords("probe", words);
  return [
    { key: "unit", title: say("unitIds"), width: 200, render: ({ unit }) => say("unitNo", { unit: unit.unitId }) },
    {
      key: "latency",
      title: say("latency"),
      align: "right",
      width: 120,
      render: ({ unit }) => <Latency ms={unit.latencyMs} />,
    },
    { key: "said", title: say("unitSaid"), width: 200, render: ({ unit }) => unit.exception ?? say("saidWords") },
    { key: "model", title: say("looksLike"), render: ({ unit }) => unit.profiles.join(", ") },
  ];
}

function Latency({ ms }: { readonly ms: number }) {
  const { number } = useFormat();
  return <span className="nf-number">{number(ms, 0)} ms</span>;
}

/** `1-3, 7` for 1, 2, 3 and 7. */
function rangesOf(ids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last?.[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}

const TONES: Readonly<Record<ProbedMeter["findings"][number]["severity"], Tone>> = {
  fault: "open",
  doubt: "going",
  good: "good",
};

function MeterFound({ found }: { readonly found: ProbedMeter }) {
  const { say } = useWords("probe", words);
  const [first = []] = found.readings;
  const rows = first.map(({ name, unit }) => ({ name, unit }));
  const shown = (name: string, at: number) => {
    const read = found.readings[at]?.find((each) => each.name === name);
    return read?.value ?? read?.fault ?? "–";
  };
  return (
    <Panel title={`${say("probeResult")} · ${say("unitNo", { unit: found.unitId })} · ${found.profile}`}>
      <ul className="nf-tight">
        {found.findings.map(({ code, severity, text }) => (
          <li key={code}>
            <Tag tone={TONES[severity]}>{say(`finding_${severity}`)}</Tag> {saidOf(code, say)}
            <span className="nf-soft nf-small"> {text}</span>
          </li>
        ))}
      </ul>
      <Table<(typeof rows)[number]>
        size="small"
        aria-label={say("probeResult")}
        rowKey="name"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={rows}
        columns={[
          { key: "name", title: say("how"), render: (_, { name, unit }) => `${name} (${unit})` },
          ...found.readings.map((_reads, at) => ({
            key: String(at),
            title: say("readingNo", { no: at + 1 }),
            align: "right" as const,
            render: (_: unknown, { name }: (typeof rows)[number]) => (
              <span className="nf-number">{shown(name, at)}</span>
            ),
          })),
        ]}
      />
    </Panel>
  );
}

/** The finding in the person's own language; one that this page does not know is told by the agent's text alone. */
function saidOf(code: string, say: (key: keyof typeof words) => string): string {
  const key = `said_${code}`;
  return key in words ? say(key as keyof typeof words) : "";
}
