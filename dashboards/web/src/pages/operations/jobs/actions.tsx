import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import { Problem } from "../../../parts/problem.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { askAgain } from "../use-job-progress.ts";
import type { JobStanding } from "./search.ts";
import { words } from "./words.ts";

/** Which jobs: those named, or all that a filter finds. */
export type Which =
  | { readonly ids: string[] }
  | { readonly filter: { readonly queue?: string | undefined; readonly error?: string | undefined } };

/** What was just done to how many jobs; a cancelling can be undone. */
export interface Done {
  readonly what: "retried" | "wereCancelled";
  readonly count: number;
  readonly which: Which;
}

/** Ends waiting jobs without a try. */
export async function cancelJobs(which: Which, reason: string): Promise<Done> {
  const { count } = await dataOf(api.POST("/api/jobs/cancel", { body: { ...which, reason } }));
  return { what: "wereCancelled", count, which };
}

/** Gives dead or cancelled jobs their tries again. */
export async function retryJobs(which: Which, state: "dead" | "cancelled", reason: string): Promise<Done> {
  const meant = "ids" in which ? which : { filter: { ...which.filter, state } };
  const { count } = await dataOf(api.POST("/api/jobs/retry", { body: { ...meant, reason } }));
  return { what: "retried", count, which };
}

/** What can be done to all jobs that the filters find: dead and cancelled ones are tried again, waiting ones cancelled. */
export function JobActions(props: {
  readonly state: JobStanding | undefined;
  readonly filter: { readonly queue?: string | undefined; readonly error?: string | undefined };
  readonly count: number | undefined;
  readonly onDone: (done: Done) => void;
}) {
  const { say } = useWords("jobs", words);
  const { number } = useFormat();
  const [isAsking, setIsAsking] = useState(false);
  const { state, filter } = props;
  const count = number(props.count ?? 0, 0);
  const isCancel = state === "waiting";
  const isRetry = state === "dead" || state === "cancelled";
  if ((props.count ?? 0) === 0) return null;
  return (
    <div className="nf-actions">
      <span className="nf-soft">{say("matching", { count })}</span>
      {(isCancel || isRetry) && (
        <Button onClick={() => setIsAsking(true)}>{say(isCancel ? "cancelAll" : "retryAll", { count })}</Button>
      )}
      {isAsking && (
        <ReasonDialog
          title={say(isCancel ? "cancelTitle" : "retryTitle", { count })}
          confirm={say(isCancel ? "confirmCancel" : "confirmRetry")}
          isDangerous={isCancel}
          act={(reason) =>
            isCancel
              ? cancelJobs({ filter }, reason)
              : retryJobs({ filter }, state === "cancelled" ? "cancelled" : "dead", reason)
          }
          onDone={(done) => {
            props.onDone(done);
            void askAgain();
          }}
          onClose={() => setIsAsking(false)}
        >
          <p className="nf-strong">{say("asFiltered", { count })}</p>
          <p>{say(isCancel ? "cancelText" : "retryText")}</p>
        </ReasonDialog>
      )}
    </div>
  );
}

/** Says what was done, and takes a cancelling back. */
export function DoneNote(props: {
  readonly done: Done;
  readonly onHide: () => void;
  readonly onUndone: (done: Done) => void;
}) {
  const { say } = useWords("jobs", words);
  const { number } = useFormat();
  const { done } = props;
  const undo = useMutation({
    mutationFn: () => retryJobs(done.which, "cancelled", say("undoReason")),
    onSuccess: async (undone) => {
      props.onUndone(undone);
      await askAgain();
    },
  });
  return (
    <div className="nf-note-box" role="status">
      <div className="nf-card-line">
        <span>{say(done.what, { count: number(done.count, 0) })}</span>
        <span className="nf-actions">
          {done.what === "wereCancelled" && (
            <Button size="small" loading={undo.isPending} onClick={() => undo.mutate()}>
              {say("undo")}
            </Button>
          )}
          <Button size="small" onClick={props.onHide}>
            {say("close")}
          </Button>
        </span>
      </div>
      {undo.error !== null && <Problem error={undo.error} />}
    </div>
  );
}
