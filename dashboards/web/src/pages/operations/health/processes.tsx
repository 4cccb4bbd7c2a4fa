import { Button, Table, type TableColumnType } from "antd";
import { useState } from "react";
import { Panel } from "../../../parts/panel.tsx";
import { Tag, type Tone } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import type { ProcessRow } from "./queries.ts";
import { bytesText, msText } from "./sizes.ts";
import { words } from "./words.ts";

const TONES: Readonly<Record<ProcessRow["state"], Tone>> = {
  good: "good",
  degraded: "open",
  silent: "act",
  replaced: "quiet",
  stopped: "quiet",
};

const PARTS = {
  "head-end": "part_head_end",
  broker: "part_broker",
  ingest: "part_ingest",
  analytics: "part_analytics",
  api: "part_api",
  main: "part_main",
} as const satisfies Readonly<Record<ProcessRow["part"], keyof typeof words>>;

/** Whether a process is part of what runs now, or only of what ran. */
export function isCurrent({ state }: Pick<ProcessRow, "state">): boolean {
  return state !== "stopped" && state !== "replaced";
}

/** Every process and thread with its last sign of life; those that ended only when asked. */
export function Processes(props: {
  readonly rows: readonly ProcessRow[];
  /** How long ago the rows were of now, and whether that is too long to call anything well. */
  readonly passedMs: number;
  readonly isOld: boolean;
}) {
  const { say } = useWords("operations-health", words);
  const [showsAll, setShowsAll] = useState(false);
  const current = props.rows.filter(isCurrent);
  const ended = props.rows.length - current.length;
  const columns = useColumns(props);
  return (
    <Panel
      title={say("processes")}
      extra={
        ended > 0 &&
        !showsAll && (
          <Button type="text" onClick={() => setShowsAll(true)}>
            {say("showEnded", { count: ended })}
          </Button>
        )
      }
    >
      {props.rows.length === 0 ? (
        <p className="nf-soft nf-tight">{say("noProcesses")}</p>
      ) : (
        <Table<ProcessRow>
          size="small"
          aria-label={say("processes")}
          rowKey="process"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={showsAll ? props.rows : current}
          columns={columns}
        />
      )}
    </Panel>
  );
}

function useColumns({
  passedMs,
  isOld,
}: {
  readonly passedMs: number;
  readonly isOld: boolean;
}): TableColumnType<ProcessRow>[] {
  const { say, language } = useWords("operations-health", words);
  const { number } = useFormat();
  const ms = (value: number | undefined) => msText(value, language);
  const ago = ({ ageS }: ProcessRow) => say("secondsAgo", { value: number(ageS + passedMs / 1000, 0) });
  return [
    {
      key: "part",
      title: say("process"),
      render: (_, row) => (
        <span className="nf-two-lines">
          <span className="nf-strong">{say(PARTS[row.part])}</span>
          <span className="nf-soft nf-small">
            {row.process} · {row.site}
          </span>
        </span>
      ),
    },
    {
      key: "state",
      title: say("state"),
      render: (_, row) => (
        <span className="nf-two-lines">
          <span>
            {isOld ? (
              <Tag tone="quiet">{say("was", { state: say(`state_${row.state}`) })}</Tag>
            ) : (
              <Tag tone={TONES[row.state]}>{say(`state_${row.state}`)}</Tag>
            )}
          </span>
          {(row.state === "degraded" ? row.reasons : []).map((reason) => (
            <code key={reason} className="nf-small" style={{ maxWidth: 360, whiteSpace: "normal" }}>
              {reason}
            </code>
          ))}
        </span>
      ),
    },
    {
      key: "heard",
      title: say("heard"),
      align: "right",
      render: (_, row) => (row.ageS < 120 ? <span className="nf-number">{ago(row)}</span> : <When at={row.seenAt} />),
    },
    { key: "started", title: say("started"), align: "right", render: (_, row) => <When at={row.startedAt} /> },
    {
      key: "loop",
      title: say("loopDelay"),
      align: "right",
      render: (_, { figures }) => (
        <span className="nf-number">
          {ms(figures.loopDelayP99Ms)} / {ms(figures.loopDelayMaxMs)}
        </span>
      ),
    },
    {
      key: "heap",
      title: say("heap"),
      align: "right",
      render: (_, { figures }) => <span className="nf-number">{bytesText(figures.heapUsedBytes, language)}</span>,
    },
    {
      key: "memory",
      title: say("memory"),
      align: "right",
      render: (_, { figures }) => <span className="nf-number">{bytesText(figures.rssBytes, language)}</span>,
    },
  ];
}
