import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Progress } from "antd";
import { decisionQuery, type SetAsideDecision } from "../../api/operations-queries.ts";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useWords } from "../../words/use-words.ts";
import { outcomeParts, standingOf } from "./outcomes.ts";
import { useJobProgress } from "./use-job-progress.ts";
import { words } from "./words.ts";

/** The decision that was just taken: how far its job is, then what came of it. */
export function DecisionNote(props: { readonly id: string; readonly onHide: () => void }) {
  const { say } = useWords("operations", words);
  const { data, error } = useQuery(decisionQuery(props.id));
  const job = useJobProgress(data?.job?.id);
  return (
    <div className="nf-note-box" role="status" aria-label={say("decision")}>
      {error !== null && <Problem error={error} />}
      {data !== undefined && (
        <div className="nf-card-line">
          <span>
            <span className="nf-strong">{say(data.kind)}</span> · {data.reason}{" "}
            <DecisionState decision={data} told={job} />
          </span>
          <Button size="small" onClick={props.onHide}>
            {say("hide")}
          </Button>
        </div>
      )}
    </div>
  );
}

type Told = { readonly state: string; readonly lastError: string | null; readonly progress: number | null };

/** How a decision stands: its progress while it is under way, what became of its entries afterwards. */
export function DecisionState(props: { readonly decision: SetAsideDecision; readonly told?: Told | undefined }) {
  const { say } = useWords("operations", words);
  const { decision, told } = props;
  const job = told ?? decision.job;
  const error = job?.lastError ?? "";
  const standing = standingOf(decision, job);
  if (standing === "done") return <Outcomes decision={decision} />;
  if (standing === "dead" || standing === "cancelled")
    return (
      <>
        <Tag tone={standing === "dead" ? "act" : "quiet"}>
          {say(standing === "dead" ? "failed" : "wasCancelled", { error })}
        </Tag>{" "}
        <ToJob id={decision.job?.id} />
      </>
    );
  if (standing === "running")
    return (
      <>
        <Tag tone="going">{say("working")}</Tag>
        <Progress
          percent={Math.round((job?.progress ?? 0) * 100)}
          size="small"
          status="active"
          aria-label={say("working")}
        />
      </>
    );
  return <Tag tone="open">{standing === "again" ? say("waitingAgain", { error }) : say("waitingForWorker")}</Tag>;
}

function Outcomes(props: { readonly decision: SetAsideDecision }) {
  const { say } = useWords("operations", words);
  const parts = outcomeParts(props.decision.outcomes);
  const isWell = !parts.some(({ word }) => word === "dead_letter" || word === "conflict");
  const text = parts.map(({ word, count }) => say(word, { count })).join(" · ");
  return <Tag tone={isWell ? "good" : "open"}>{text === "" ? say("nothingChanged") : text}</Tag>;
}

function ToJob(props: { readonly id: string | undefined }) {
  const { say } = useWords("operations", words);
  const mayRead = useMay("system.job.read");
  if (props.id === undefined || !mayRead) return null;
  return (
    <Link to="/operations/jobs" search={{ job: props.id }}>
      {say("toJobs")}
    </Link>
  );
}
