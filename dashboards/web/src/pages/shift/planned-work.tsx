import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, Segmented } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { PlannedWork } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { useBusinessNow } from "../../parts/clock.ts";
import { instantOf, localText } from "../../parts/local-time.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { type PlannedWorkKind, useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { Field } from "../operations/field.tsx";
import { cancelWork, refreshShift } from "./acts.ts";
import { words } from "./words.ts";

/** Works that last or are to come, and what plans another. */
export function PlannedWorkPanel(props: {
  readonly rows: readonly PlannedWork[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
}) {
  const { say } = useWords("shift", words);
  const mayPlan = useMay("monitor.work.plan");
  const [isOpen, setIsOpen] = useState(false);
  const { rows, error, onRetry } = props;
  return (
    <Panel title={say("planned")} extra={mayPlan && <Button onClick={() => setIsOpen(true)}>{say("plan")}</Button>}>
      {rows === undefined && error !== null && <Problem error={error} onRetry={onRetry} />}
      {rows?.length === 0 && <p className="nf-soft nf-tight">{say("noPlanned")}</p>}
      <ul className="nf-cards nf-log">
        {rows?.map((work) => (
          <Work key={work.id} work={work} />
        ))}
      </ul>
      {isOpen && <PlanDialog onClose={() => setIsOpen(false)} />}
    </Panel>
  );
}

function Work(props: { readonly work: PlannedWork }) {
  const { say } = useWords("shift", words);
  const { word } = useVocabulary();
  const mayPlan = useMay("monitor.work.plan");
  const { work } = props;
  const ending = useMutation({ mutationFn: () => cancelWork(work.id), onSuccess: refreshShift });
  return (
    <li className="nf-card">
      <span className="nf-card-line">
        <span className="nf-strong">
          {word("plannedWorkKind", work.kind)} · {work.subject}
        </span>
        {mayPlan && (
          <Button size="small" loading={ending.isPending} onClick={() => ending.mutate()}>
            {say("endsEarly")}
          </Button>
        )}
      </span>
      <span className="nf-small">
        <When at={work.startsAt} /> – <When at={work.endsAt} />
      </span>
      <p className="nf-tight">{work.reason}</p>
      <span className="nf-soft nf-small">
        {work.madeBy} · {say("heldBack", { count: work.suppressedFindings })}
      </span>
      {ending.error !== null && <Problem error={ending.error} />}
    </li>
  );
}

const DAY_MS = 86_400_000;
const SHORTEST_REASON = 3;

interface Draft {
  readonly kind: PlannedWorkKind;
  readonly subjectKind: "dma" | "meter";
  readonly subject: string;
  readonly starts: string;
  readonly ends: string;
  readonly reason: string;
}

/** The work that a draft describes; undefined while something is missing or wrong. */
function workOf(draft: Draft, zone: string) {
  const startsAt = instantOf(draft.starts, zone);
  const endsAt = instantOf(draft.ends, zone);
  const { kind, subjectKind } = draft;
  const [subject, reason] = [draft.subject.trim(), draft.reason.trim()];
  if (startsAt === undefined || endsAt === undefined || endsAt <= startsAt) return undefined;
  return subject === "" || reason.length < SHORTEST_REASON
    ? undefined
    : { kind, subjectKind, subject, startsAt, endsAt, reason };
}

function PlanDialog(props: { readonly onClose: () => void }) {
  const { say } = useWords("shift", words);
  const { zone } = useFormat();
  const nowMs = useBusinessNow();
  const [draft, setDraft] = useState<Draft>({
    kind: "works",
    subjectKind: "dma",
    subject: "",
    starts: localText(nowMs, zone),
    ends: localText(nowMs + DAY_MS, zone),
    reason: "",
  });
  const work = workOf(draft, zone);
  const planning = useMutation({
    mutationFn: async () => work && dataOf(api.POST("/api/planned-work", { body: work })),
    onSuccess: async () => {
      props.onClose();
      await refreshShift();
    },
  });
  return (
    <Modal
      open
      title={say("planTitle")}
      okText={say("planTitle")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: work === undefined, loading: planning.isPending }}
      onOk={() => planning.mutate()}
      onCancel={props.onClose}
    >
      <PlanFields draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} />
      {planning.error !== null && <Problem error={planning.error} />}
    </Modal>
  );
}

function PlanFields(props: { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }) {
  const { say } = useWords("shift", words);
  const { word } = useVocabulary();
  const { zone } = useFormat();
  const { draft, onChange } = props;
  const text = (key: "subject" | "starts" | "ends" | "reason", label: string, note?: string) => (
    <Field label={label} note={note}>
      {(id) => (
        <Input
          id={id}
          value={draft[key]}
          maxLength={500}
          onChange={(change) => onChange({ [key]: change.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Segmented
        aria-label={say("kind")}
        value={draft.kind}
        onChange={(kind) => onChange({ kind })}
        options={vocabularyKeys("plannedWorkKind").map((value) => ({ value, label: word("plannedWorkKind", value) }))}
      />{" "}
      <Segmented
        aria-label={say("subjectKind")}
        value={draft.subjectKind}
        onChange={(subjectKind) => onChange({ subjectKind })}
        options={[
          { value: "dma" as const, label: say("onDistrict") },
          { value: "meter" as const, label: say("onMeter") },
        ]}
      />
      {text("subject", say("subject"))}
      {text("starts", say("starts"), say("zoneHint", { zone }))}
      {text("ends", say("ends"))}
      {text("reason", say("reason"))}
    </>
  );
}
