import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../../../api/session.ts";
import { type Figure, FigureList } from "../../../parts/figure-list.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import type { Health, HealthHistory } from "./queries.ts";
import { bytesText, msText } from "./sizes.ts";
import { Sparkline } from "./sparkline.tsx";
import { words } from "./words.ts";

interface PanelProps {
  readonly health: Health;
  readonly history: HealthHistory | undefined;
}

/** How figures of machines are written here. */
function useFigures() {
  const { say, language } = useWords("operations-health", words);
  const { number, share } = useFormat();
  const count = (value: number | null | undefined) => number(value, 0);
  const rate = (value: number | null | undefined) => number(value, (value ?? 0) >= 10 ? 0 : 1);
  const bytes = (value: number | null | undefined) => bytesText(value, language);
  const ms = (value: number | null | undefined) => msText(value, language);
  const seconds = (value: number | null | undefined) =>
    ms(value === null || value === undefined ? value : value * 1000);
  return { say, count, rate, bytes, ms, seconds, share };
}

type Series = Exclude<keyof HealthHistory, "at">;

/** A note with the last hour of a figure under it. */
function Hour(props: {
  readonly history: HealthHistory | undefined;
  readonly of: Series;
  readonly text: (value: number) => string;
  readonly children?: ReactNode;
}) {
  const { say } = useFigures();
  const { history, of, text } = props;
  return (
    <>
      {props.children}
      {history !== undefined && (
        <Sparkline
          at={history.at}
          values={history[of]}
          label={(low, high) => say("lastHour", { low: text(low), high: text(high) })}
        />
      )}
    </>
  );
}

/** Rates, commit time, windows, broker, what was set aside. */
export function CollectingPanel({ health, history }: PanelProps) {
  const { say, count, rate, bytes, ms } = useFigures();
  const { headEnd } = health;
  if (headEnd === null) return <NoFigures title={say("collecting")} />;
  const figures: Figure[] = [
    {
      name: say("stored"),
      value: say("perS", { value: rate(headEnd.storedPerS) }),
      note: (
        <Hour history={history} of="storedPerS" text={rate}>
          {say("sinceStart", { value: count(headEnd.stored) })}
        </Hour>
      ),
    },
    {
      name: say("commitTime"),
      value: `${ms(headEnd.commitP50Ms)} / ${ms(headEnd.commitP99Ms)}`,
      note: (
        <Hour history={history} of="commitP99Ms" text={ms}>
          {say("commitNote", { rate: rate(headEnd.commitsPerS), longest: ms(headEnd.commitMaxMs) })}
        </Hour>
      ),
    },
    {
      name: say("inFlight"),
      value: say("batches", { value: count(headEnd.pendingBatches) }),
      note: (
        <Hour history={history} of="pendingBatches" text={count}>
          {bytes(headEnd.pendingBytes)}
        </Hour>
      ),
    },
    {
      name: say("received"),
      value: say("messagesPerS", { value: rate(headEnd.receivedPerS) }),
      note: (
        <Hour history={history} of="receivedPerS" text={rate}>
          {say("waitInBroker", { value: count(headEnd.backlog) })}
        </Hour>
      ),
    },
    {
      name: say("connections"),
      value: count(headEnd.connections),
      note: say("refused", { value: count(headEnd.refused) }),
    },
    {
      name: say("failedCommits"),
      value: <Counted value={headEnd.failedCommits} />,
      note: say("sinceStartOnly"),
    },
    {
      name: say("setAside"),
      value: say("deadLetters", { value: count(headEnd.deadLetters) }),
      note: say("otherAside", {
        quarantined: count(headEnd.quarantined),
        conflicts: count(headEnd.conflicts),
        repeats: count(headEnd.repeats),
      }),
    },
  ];
  return (
    <Panel title={say("collecting")}>
      <FigureList figures={figures} />
    </Panel>
  );
}

/** A panel while nobody says its figures. */
function NoFigures(props: { readonly title: string }) {
  const { say } = useFigures();
  return (
    <Panel title={props.title}>
      <p className="nf-soft nf-tight">{say("noFigures")}</p>
    </Panel>
  );
}

/** A count that should be zero. */
function Counted(props: { readonly value: number | null | undefined }) {
  const { count } = useFigures();
  if ((props.value ?? 0) === 0) return <>{count(props.value)}</>;
  return <Tag tone="open">{count(props.value)}</Tag>;
}

/** How far the detectors are, each for itself. */
export function DetectingPanel({ health, history }: PanelProps) {
  const { say, count, seconds } = useFigures();
  const { analytics, headEnd } = health;
  const consumers = health.processes.filter((row) => row.part === "analytics" && row.figures.lagCommits !== undefined);
  const living = consumers.filter((row) => row.state === "good" || row.state === "degraded");
  return (
    <Panel title={say("detecting")}>
      {analytics === null ? (
        <p className="nf-soft nf-tight">{say("nobodyDetects")}</p>
      ) : (
        <FigureList
          figures={[
            {
              name: say("lag"),
              value: `${say("commits", { value: count(analytics.lagCommits) })} · ${seconds(analytics.lagS)}`,
              note: (
                <Hour history={history} of="lagS" text={seconds}>
                  {living.length > 1 &&
                    living.map(({ process, figures }) => (
                      <span key={process} style={{ display: "block" }}>
                        {process}: {say("commits", { value: count(figures.lagCommits) })} · {seconds(figures.lagS)}
                      </span>
                    ))}
                </Hour>
              ),
            },
            {
              name: say("metersWatched"),
              value: count(analytics.meters),
              note: say("findings", { value: count(analytics.findings) }),
            },
            { name: say("lastCommit"), value: count(headEnd?.lastCommit) },
          ]}
        />
      )}
    </Panel>
  );
}

/** The store of readings, the disk, memory and event loops. */
export function StorePanel({ health, history }: PanelProps) {
  const { say, count, bytes, ms, share } = useFigures();
  const { store, headEnd } = health;
  if (headEnd === null) return <NoFigures title={say("storeTitle")} />;
  const { diskFreeBytes: free, diskBytes: size } = headEnd;
  const embedded: Figure[] = [
    { name: say("storeFile"), value: bytes(store.fileBytes) },
    {
      name: say("journal"),
      value: bytes(store.journalBytes),
      note: say("pendingReadings", { value: count(store.pendingReadings) }),
    },
    { name: say("backlog"), value: say("readings", { value: count(store.unsortedReadings) }) },
    { name: say("sync"), value: ms(store.syncMs) },
  ];
  const influx: Figure[] = [
    {
      name: say("canary"),
      value: ms(store.canaryMs),
      note: say("failuresInARow", { value: count(store.failuresInARow) }),
    },
  ];
  const figures: Figure[] = [
    { name: say("readingsHeld"), value: say("rows", { value: count(store.readings) }), note: say(store.kind) },
    ...(store.kind === "duckdb" ? embedded : influx),
    {
      name: say("diskFree"),
      value: bytes(free),
      note: (
        <Hour history={history} of="diskFreeBytes" text={bytes}>
          {say("ofDisk", { size: bytes(size), share: share(free === null || size === null ? null : free / size) })}
        </Hour>
      ),
    },
    {
      name: say("memory"),
      value: bytes(health.memoryBytes),
      ...(store.memoryBytes !== null && { note: say("storeMemory", { value: bytes(store.memoryBytes) }) }),
    },
    {
      name: say("loop"),
      value: ms(headEnd.loopDelayP99Ms),
      note: (
        <Hour history={history} of="loopDelayP99Ms" text={ms}>
          {say("slowestThread")}
        </Hour>
      ),
    },
  ];
  return (
    <Panel title={say("storeTitle")}>
      <FigureList figures={figures} />
    </Panel>
  );
}

/** How many agents are there, and who waits. */
export function AgentsPanel({ health }: Pick<PanelProps, "health">) {
  const { say, count } = useFigures();
  const maySee = useMay("enrolment.agent.read");
  const { online, offline, waiting } = health.agents;
  return (
    <Panel title={say("agentsTitle")} extra={maySee && <Link to="/operations/agents">{say("openTab")}</Link>}>
      <FigureList
        figures={[
          {
            name: say("online"),
            value: count(online),
            note:
              offline === 0 ? (
                say("offline", { value: 0 })
              ) : (
                <Tag tone="open">{say("offline", { value: count(offline) })}</Tag>
              ),
          },
          {
            name: say("waitingName"),
            value: count(waiting),
            note:
              waiting === 0 ? say("noneWaiting") : <Tag tone="open">{say("waiting", { value: count(waiting) })}</Tag>,
          },
        ]}
      />
    </Panel>
  );
}
