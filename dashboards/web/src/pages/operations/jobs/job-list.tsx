import { Link } from "@tanstack/react-router";
import { Progress } from "antd";
import type { JobRow } from "../../../api/operations-queries.ts";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { Tag, type Tone } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { QueueName } from "./queues.tsx";
import { queueWord, words } from "./words.ts";

const BESIDE = new Set(["job", "state", "error"]);
const TONES: Readonly<Record<JobRow["state"], Tone>> = {
  waiting: "open",
  running: "going",
  done: "good",
  dead: "act",
  cancelled: "quiet",
};

interface ListProps {
  readonly rows: readonly JobRow[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly question: string;
  readonly selectedId: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly empty: string;
}

/** Jobs with how far they are and why they failed; with one selected, fewer columns. */
export function JobList(props: ListProps) {
  const { say } = useWords("jobs", words);
  const columns = [
    { key: "job", title: say("queue"), width: 220, render: (row: JobRow) => <JobName job={row} /> },
    { key: "state", title: say("state"), width: 150, render: (row: JobRow) => <JobState job={row} /> },
    { key: "error", title: say("lastError"), render: (row: JobRow) => <LastError job={row} /> },
    { key: "attempts", title: say("attempts"), width: 100, render: (row: JobRow) => <Attempts job={row} /> },
    {
      key: "next",
      title: say("next"),
      width: 170,
      render: (row: JobRow) => <When at={row.state === "waiting" ? row.runAt : null} />,
    },
    { key: "asked", title: say("asked"), width: 170, render: (row: JobRow) => <When at={row.createdAt} /> },
  ];
  return (
    <RankedList
      {...props}
      label={say("list")}
      onOpen={(row) => props.onChoose(row.id)}
      card={(row) => <JobCard job={row} />}
      columns={props.selectedId === undefined ? columns : columns.filter((column) => BESIDE.has(column.key))}
    />
  );
}

function JobName(props: { readonly job: JobRow }) {
  const { queue, id, schedule } = props.job;
  return (
    <Link from="/operations/jobs" to="/operations/jobs" search={(before) => ({ ...before, job: id })}>
      <QueueName queue={queue} />
      {schedule !== null && <span className="nf-soft nf-small">{schedule}</span>}
    </Link>
  );
}

/** How a job stands, with its progress while it runs. */
export function JobState(props: { readonly job: Pick<JobRow, "state" | "progress" | "lastError"> }) {
  const { say } = useWords("jobs", words);
  const { state, progress, lastError } = props.job;
  const isAgain = state === "waiting" && lastError !== null;
  return (
    <>
      <Tag tone={TONES[state]}>{say(isAgain ? "againLater" : state)}</Tag>
      {state === "running" && progress !== null && (
        <Progress percent={Math.round(progress * 100)} size="small" aria-label={say("progress")} />
      )}
    </>
  );
}

function LastError(props: { readonly job: JobRow }) {
  return <span className="nf-clamp">{visibleText(props.job.lastError ?? "–")}</span>;
}

/** Tries begun and allowed. */
export function Attempts(props: { readonly job: Pick<JobRow, "attempts" | "maxAttempts"> }) {
  const { say } = useWords("jobs", words);
  const { number } = useFormat();
  const { attempts, maxAttempts } = props.job;
  return <>{say("attemptsOf", { done: number(attempts, 0), most: number(maxAttempts, 0) })}</>;
}

function JobCard(props: { readonly job: JobRow }) {
  const { say } = useWords("jobs", words);
  const { id, queue, createdAt, lastError } = props.job;
  const word = queueWord(queue);
  return (
    <Link from="/operations/jobs" to="/operations/jobs" search={(before) => ({ ...before, job: id })}>
      <span className="nf-card-line">
        <span className="nf-strong">{word === undefined ? queue : say(word)}</span>
        <JobState job={props.job} />
      </span>
      <span className="nf-small nf-soft nf-clamp">
        <When at={createdAt} /> {visibleText(lastError ?? "")}
      </span>
    </Link>
  );
}
