import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { type StepTest, stepTestsQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { useBusinessNow } from "../../parts/clock.ts";
import { instantOf, localText } from "../../parts/local-time.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";
import { words } from "./words.ts";

type Step = StepTest["steps"][number];

/** Step tests of a district: which valve was closed when, and what the inflow lost by it. */
export function StepTestPanel(props: { readonly id: string }) {
  const { say } = useWords("district", words);
  const mayRecord = useMay("monitor.work.plan");
  const { data, error, refetch } = useQuery(stepTestsQuery(props.id));
  /** The test that a valve is recorded for; null for a new one. */
  const [open, setOpen] = useState<{ readonly testId: string | null }>();
  return (
    <Panel
      title={say("stepTest")}
      extra={mayRecord && <Button onClick={() => setOpen({ testId: null })}>{say("newTest")}</Button>}
    >
      <p className="nf-soft nf-tight">{say("stepIntro")}</p>
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="nf-tight">{say("noStepTest")}</p>}
      {data?.items.map((test) => (
        <Test key={test.id} test={test} onAdd={mayRecord ? () => setOpen({ testId: test.id }) : undefined} />
      ))}
      {open !== undefined && <StepDialog id={props.id} testId={open.testId} onClose={() => setOpen(undefined)} />}
    </Panel>
  );
}

function Test(props: { readonly test: StepTest; readonly onAdd: (() => void) | undefined }) {
  const { say } = useWords("district", words);
  const { test, onAdd } = props;
  return (
    <section className="nf-note-box" aria-label={say("stepTest")}>
      <span className="nf-card-line">
        <span>
          <When at={test.madeAt} /> · {say("testOf", { who: test.madeBy })} {test.note}
        </span>
        {onAdd !== undefined && (
          <Button size="small" onClick={onAdd}>
            {say("addStep")}
          </Button>
        )}
      </span>
      <ol className="nf-cards nf-log">
        {test.steps.map((step) => (
          <StepRow key={step.id} test={test} step={step} canRemove={onAdd !== undefined} />
        ))}
      </ol>
    </section>
  );
}

function StepRow(props: { readonly test: StepTest; readonly step: Step; readonly canRemove: boolean }) {
  const { say } = useWords("district", words);
  const { flow } = useFormat();
  const { test, step, canRemove } = props;
  const removing = useMutation({
    mutationFn: () =>
      dataOf(api.DELETE("/api/step-tests/{id}/steps/{stepId}", { params: { path: { id: test.id, stepId: step.id } } })),
    onSuccess: () => refresh(test.dmaId),
  });
  return (
    <li className="nf-card">
      <span className="nf-card-line">
        <span className="nf-strong">{step.subZone}</span>
        <span className="nf-number nf-strong">{step.dropM3h === null ? say("noDrop") : <Drop step={step} />}</span>
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <span>
          <When at={step.closedAt} />
          {step.openedAt !== null && (
            <>
              –<When at={step.openedAt} />
            </>
          )}{" "}
          · {say("before")} {flow(step.beforeM3h)} · {say("after")} {flow(step.afterM3h)} ·{" "}
          {say("intervals", { before: step.intervalsBefore, after: step.intervalsAfter })}
        </span>
        {canRemove && (
          <Button
            size="small"
            type="text"
            loading={removing.isPending}
            aria-label={say("removeNamed", { name: step.subZone })}
            onClick={() => removing.mutate()}
          >
            {say("remove")}
          </Button>
        )}
      </span>
      {removing.error !== null && <Problem error={removing.error} />}
    </li>
  );
}

function Drop(props: { readonly step: Step }) {
  const { say } = useWords("district", words);
  const { flow, number } = useFormat();
  const { dropM3h, uncertaintyM3h, isClear } = props.step;
  return (
    <>
      <Tag tone={isClear ? "open" : "quiet"}>{say(isClear ? "certain" : "unsure")}</Tag> {say("drop")} {flow(dropM3h)}
      {uncertaintyM3h !== null && <> ± {number(uncertaintyM3h, 2)}</>}
    </>
  );
}

async function refresh(dmaId: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: stepTestsQuery(dmaId).queryKey });
}

interface Draft {
  readonly subZone: string;
  readonly closed: string;
  readonly opened: string;
}

/** The valve that a draft describes; undefined while something is missing or wrong. */
function stepOf(draft: Draft, zone: string) {
  const closedAt = instantOf(draft.closed, zone);
  const openedAt = draft.opened.trim() === "" ? undefined : instantOf(draft.opened, zone);
  const isOpenedWrong = draft.opened.trim() !== "" && openedAt === undefined;
  const subZone = draft.subZone.trim();
  if (closedAt === undefined || isOpenedWrong || subZone === "") return undefined;
  return { subZone, closedAt, ...(openedAt !== undefined && { openedAt }) };
}

function StepDialog(props: { readonly id: string; readonly testId: string | null; readonly onClose: () => void }) {
  const { say } = useWords("district", words);
  const { zone } = useFormat();
  const nowMs = useBusinessNow();
  const { id, testId, onClose } = props;
  const [draft, setDraft] = useState<Draft>({ subZone: "", closed: localText(nowMs, zone), opened: "" });
  const step = stepOf(draft, zone);
  const saving = useMutation({
    mutationFn: async () => {
      if (step === undefined) return;
      if (testId === null)
        await dataOf(
          api.POST("/api/districts/{id}/step-tests", { params: { path: { id } }, body: { note: "", steps: [step] } }),
        );
      else await dataOf(api.POST("/api/step-tests/{id}/steps", { params: { path: { id: testId } }, body: step }));
    },
    onSuccess: async () => {
      onClose();
      await refresh(id);
    },
  });
  const field = (key: keyof Draft, label: string, note?: string) => (
    <Field label={label} note={note}>
      {(inputId) => (
        <Input
          id={inputId}
          maxLength={100}
          value={draft[key]}
          onChange={(change) => setDraft({ ...draft, [key]: change.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Modal
      open
      title={say("addTitle")}
      okText={say("addTitle")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: step === undefined, loading: saving.isPending }}
      onOk={() => saving.mutate()}
      onCancel={onClose}
    >
      {field("subZone", say("subZone"))}
      {field("closed", say("closed"), say("zoneHint", { zone }))}
      {field("opened", say("opened"))}
      {saving.error !== null && <Problem error={saving.error} />}
    </Modal>
  );
}
