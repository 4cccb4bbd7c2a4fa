import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { useId, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { AnomalyDetail } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { type OutcomeCode, useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { placeOf } from "../events/event-list.tsx";
import { words } from "./words.ts";

type Verdict = "falseAlarm" | "planned";

const JUDGEABLE: ReadonlySet<AnomalyDetail["state"]> = new Set([
  "candidate",
  "open",
  "investigating",
  "field_work",
  "monitoring",
]);
const INSTEAD: readonly OutcomeCode[] = vocabularyKeys("outcome").filter(
  (outcome) => !outcome.startsWith("confirmed") && outcome !== "burst" && outcome !== "planned_change",
);
const SHORTEST_REASON = 3;

/** Ends an event as a false alarm or as planned use, for those who may judge. */
export function JudgeButtons(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event", words);
  const mayJudge = useMay("monitor.event.judge");
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  if (!mayJudge || !JUDGEABLE.has(props.event.state)) return null;
  return (
    <>
      <Button onClick={() => setVerdict("planned")}>{say("planned")}</Button>
      <Button onClick={() => setVerdict("falseAlarm")}>{say("falseAlarm")}</Button>
      {verdict !== null && <JudgeDialog event={props.event} verdict={verdict} onClose={() => setVerdict(null)} />}
    </>
  );
}

function sendVerdict(id: string, verdict: Verdict, reason: string, outcome: OutcomeCode): Promise<AnomalyDetail> {
  const params = { path: { id } };
  return verdict === "planned"
    ? dataOf(api.POST("/api/anomalies/{id}/planned", { params, body: { reason } }))
    : dataOf(api.POST("/api/anomalies/{id}/false-alarm", { params, body: { reason, outcome } }));
}

function JudgeDialog(props: {
  readonly event: AnomalyDetail;
  readonly verdict: Verdict;
  readonly onClose: () => void;
}) {
  const { say } = useWords("event", words);
  const { pick, word } = useVocabulary();
  const id = useId();
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState<OutcomeCode>("unknown");
  const { event, verdict, onClose } = props;
  const judge = useMutation({
    mutationFn: () => sendVerdict(event.id, verdict, reason.trim(), outcome),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries();
    },
  });
  return (
    <Modal
      open
      title={say(verdict === "planned" ? "plannedTitle" : "falseAlarmTitle")}
      okText={say("confirm")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: reason.trim().length < SHORTEST_REASON, loading: judge.isPending }}
      onOk={() => judge.mutate()}
      onCancel={onClose}
    >
      <p>{say("judgeHint", { event: `${pick(event.ruleName)} · ${placeOf(event)}` })}</p>
      {verdict === "falseAlarm" && (
        <div className="nf-field">
          <label htmlFor={`${id}-outcome`}>{say("whatItWas")}</label>
          <Select
            id={`${id}-outcome`}
            value={outcome}
            onChange={setOutcome}
            options={INSTEAD.map((value) => ({ value, label: word("outcome", value) }))}
          />
        </div>
      )}
      <div className="nf-field">
        <label htmlFor={`${id}-reason`}>
          {say("reason")} <span className="nf-soft">({say("reasonHint")})</span>
        </label>
        <Input.TextArea
          id={`${id}-reason`}
          rows={3}
          maxLength={500}
          value={reason}
          onChange={(change) => setReason(change.target.value)}
        />
      </div>
      {judge.error !== null && <Problem error={judge.error} />}
    </Modal>
  );
}
