import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import { type JobRow, jobQuery } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { Facts, RawText } from "../facts.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { askAgain, useJobProgress } from "../use-job-progress.ts";
import { cancelJobs, type Done } from "./actions.tsx";
import { Attempts, JobState } from "./job-list.tsx";
import { queueWord, words } from "./words.ts";

/** One job: what it is to do, how far it is, why it failed, and what can be done. It follows while it runs. */
export function JobDetail(props: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onDone: (done: Done) => void;
}) {
  const { say } = useWords("jobs", words);
  const { data, error, refetch } = useQuery(jobQuery(props.id));
  // A finished stream ends; its number makes a new one after a retry.
  const told = useJobProgress(data?.state === "waiting" || data?.state === "running" ? props.id : undefined);
  const job = told ?? data;
  const word = queueWord(job?.queue ?? "");
  return (
    <Panel
      title={say("job", { queue: word === undefined ? (job?.queue ?? "") : say(word) })}
      extra={<Button onClick={props.onClose}>{say("close")}</Button>}
    >
      {job === undefined && error === null && <Skeleton active />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {job !== undefined && <Job job={job} onDone={props.onDone} />}
    </Panel>
  );
}

function Job(props: { readonly job: JobRow; readonly onDone: (done: Done) => void }) {
  const { say } = useWords("jobs", words);
  const { job } = props;
  const mayCare = useMay("system.job.retry");
  return (
    <>
      <p>
        <JobState job={job} />
      </p>
      {job.lastError !== null && <RawText label={say("lastError")} text={job.lastError} />}
      <Facts
        facts={[
          [say("attempts"), <Attempts key="attempts" job={job} />],
          ...(job.state === "waiting" ? [[say("next"), <When key="next" at={job.runAt} />] as const] : []),
          [say("asked"), <When key="asked" at={job.createdAt} />],
          ...(job.finishedAt === null ? [] : [[say("ended"), <When key="ended" at={job.finishedAt} />] as const]),
          ...(job.schedule === null ? [] : [[say("schedule"), visibleText(job.schedule)] as const]),
          [say("queue"), <code key="queue">{job.queue}</code>],
          [say("id"), <code key="id">{job.id}</code>],
        ]}
      />
      <RawText label={say("payload")} text={JSON.stringify(job.payload, null, 2) ?? ""} />
      {mayCare && <Care job={job} onDone={props.onDone} />}
    </>
  );
}

function Care(props: { readonly job: JobRow; readonly onDone: (done: Done) => void }) {
  const { say } = useWords("jobs", words);
  const [isAsking, setIsAsking] = useState(false);
  const { id, state } = props.job;
  const done = (what: Done) => {
    props.onDone(what);
    void askAgain();
  };
  const retry = useMutation({
    mutationFn: () => dataOf(api.POST("/api/jobs/{id}/retry", { params: { path: { id } } })),
    onSuccess: () => done({ what: "retried", count: 1, which: { ids: [id] } }),
  });
  return (
    <div className="nf-actions">
      {(state === "dead" || state === "cancelled") && (
        <Button type="primary" loading={retry.isPending} onClick={() => retry.mutate()}>
          {say(state === "dead" ? "retryOne" : "takeBack")}
        </Button>
      )}
      {state === "waiting" && <Button onClick={() => setIsAsking(true)}>{say("cancelOne")}</Button>}
      {retry.error !== null && <Problem error={retry.error} />}
      {isAsking && (
        <ReasonDialog
          title={say("cancelTitle", { count: 1 })}
          confirm={say("confirmCancel")}
          isDangerous
          act={(reason) => cancelJobs({ ids: [id] }, reason)}
          onDone={done}
          onClose={() => setIsAsking(false)}
        >
          <p>{say("cancelText")}</p>
        </ReasonDialog>
      )}
    </div>
  );
}
