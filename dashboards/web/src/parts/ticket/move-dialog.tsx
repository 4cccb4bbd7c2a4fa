import { Input, Modal, Radio, Select } from "antd";
import { useId, useState } from "react";
import type { TicketDetail } from "../../api/queries.ts";
import { useWords } from "../../words/use-words.ts";
import { type TicketState, useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { Problem } from "../problem.tsx";
import { emptyForm, type MoveForm, missingIn, questionOf } from "./move-form.ts";
import { words } from "./words.ts";

interface MoveDialogProps {
  readonly ticket: TicketDetail;
  readonly to: TicketState;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onMove: (form: MoveForm) => void;
  readonly onClose: () => void;
}

/** Asks what a step needs: cause and result, the follow-up, or a reason. */
export function MoveDialog(props: MoveDialogProps) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const { ticket, to } = props;
  const [form, setForm] = useState(() => emptyForm(ticket));
  const change = (part: Partial<MoveForm>) => setForm((before) => ({ ...before, ...part }));
  const missing = missingIn(form, to);
  const move = word("ticketMove", to);
  return (
    <Modal
      open
      title={say("moveTitle", { move, ticket: ticket.no })}
      okText={move}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: missing.length > 0, loading: props.isBusy, danger: to === "cancelled" }}
      onOk={() => props.onMove(form)}
      onCancel={props.onClose}
    >
      <div style={{ display: "grid", gap: 12 }}>
        {questionOf(to) === "cause_and_result" && <CauseAndResult form={form} change={change} />}
        {questionOf(to) === "follow_up" && <FollowUp form={form} change={change} />}
        <Text
          label={say(questionOf(to) === "reason" ? "whyHint" : "optionalNote")}
          value={form.note}
          onChange={(note) => change({ note })}
        />
        {missing.length > 0 && (
          <span className="nf-soft">{say("missing", { fields: missing.map((field) => say(field)).join(", ") })}</span>
        )}
        {props.error !== null && props.error !== undefined && <Problem error={props.error} />}
      </div>
    </Modal>
  );
}

interface PartProps {
  readonly form: MoveForm;
  readonly change: (part: Partial<MoveForm>) => void;
}

function CauseAndResult({ form, change }: PartProps) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const id = useId();
  return (
    <>
      <Text label={say("cause")} hint={say("causeHint")} value={form.cause} onChange={(cause) => change({ cause })} />
      <Text
        label={say("result")}
        hint={say("resultHint")}
        value={form.result}
        onChange={(result) => change({ result })}
      />
      <div className="nf-field">
        <label htmlFor={id}>{say("outcome")}</label>
        <Select
          id={id}
          allowClear
          value={form.outcome}
          onChange={(outcome) => change({ outcome })}
          options={vocabularyKeys("outcome").map((value) => ({ value, label: word("outcome", value) }))}
        />
      </div>
    </>
  );
}

function FollowUp({ form, change }: PartProps) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  return (
    <fieldset className="nf-choices">
      <legend>{say("howFollowedUp")}</legend>
      <strong>{say("visited")}</strong>
      <Radio.Group
        vertical
        value={form.followUpResult}
        onChange={(event) => change({ followUpResult: event.target.value, followUpExemption: undefined })}
        options={vocabularyKeys("followUpResult").map((value) => ({ value, label: word("followUpResult", value) }))}
      />
      <strong>{say("exempt")}</strong>
      <Radio.Group
        vertical
        value={form.followUpExemption}
        onChange={(event) => change({ followUpExemption: event.target.value, followUpResult: undefined })}
        options={vocabularyKeys("followUpExemption").map((value) => ({
          value,
          label: word("followUpExemption", value),
        }))}
      />
    </fieldset>
  );
}

function Text(props: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="nf-field">
      <label htmlFor={id}>{props.label}</label>
      <Input.TextArea
        id={id}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={2000}
        placeholder={props.hint}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
