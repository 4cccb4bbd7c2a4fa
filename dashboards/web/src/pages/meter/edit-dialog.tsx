import { useMutation } from "@tanstack/react-query";
import { Input, Modal, Select } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { IntervalList, IntervalRow } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { Field } from "../operations/field.tsx";
import { type EditForm, editBody, faultOf, takesTotal } from "./edit-form.ts";
import { words } from "./words.ts";

const EMPTY: EditForm = { method: "like_day", total: "", volumes: "", reason: "" };
const UNITS = { m3: "m³", Sm3: "Sm³" } as const;

/** Asks how some intervals are to be edited, and why. */
export function EditDialog(props: {
  readonly list: IntervalList;
  readonly rows: readonly IntervalRow[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { say } = useWords("meter", words);
  const { dateTime } = useFormat();
  const { list, rows } = props;
  const [form, setForm] = useState<EditForm>(() => ({
    ...EMPTY,
    volumes: rows.map((row) => row.volume ?? 0).join("\n"),
  }));
  const change = (part: Partial<EditForm>) => setForm((before) => ({ ...before, ...part }));
  const span = { from: rows[0]?.startAt ?? 0, to: rows.at(-1)?.endAt ?? 0 };
  const save = useSave(list, span, props.onSaved);
  const fault = faultOf(form, rows.length);
  return (
    <Modal
      open
      title={say("editTitle", { count: rows.length })}
      okText={say("save")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: fault !== null, loading: save.isPending }}
      onOk={() => save.mutate(form)}
      onCancel={props.onClose}
    >
      <div style={{ display: "grid", gap: 12 }}>
        <p className="nf-soft nf-tight">{say("editSpan", { from: dateTime(span.from), to: dateTime(span.to) })}</p>
        <Fields form={form} change={change} count={rows.length} unit={UNITS[list.unit ?? "m3"]} />
        {fault !== null && fault !== "why" && <span className="nf-soft">{say(fault, { count: rows.length })}</span>}
        {save.error !== null && <Problem error={save.error} />}
      </div>
    </Modal>
  );
}

function Fields(props: {
  readonly form: EditForm;
  readonly change: (part: Partial<EditForm>) => void;
  readonly count: number;
  readonly unit: string;
}) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { form, change, count, unit } = props;
  const options = vocabularyKeys("editMethod").map((value) => ({ value, label: word("editMethod", value) }));
  return (
    <>
      <Field label={say("howTo")}>
        {(id) => <Select id={id} value={form.method} options={options} onChange={(method) => change({ method })} />}
      </Field>
      {takesTotal(form.method) && (
        <Field label={say("totalOf", { unit })}>
          {(id) => (
            <Input
              id={id}
              inputMode="decimal"
              value={form.total}
              onChange={(event) => change({ total: event.target.value })}
            />
          )}
        </Field>
      )}
      {form.method === "manual" && (
        <Field label={say("volumesOf", { unit, count })}>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize={{ minRows: 4, maxRows: 12 }}
              value={form.volumes}
              onChange={(event) => change({ volumes: event.target.value })}
            />
          )}
        </Field>
      )}
      <ReasonField value={form.reason} onChange={(reason) => change({ reason })} />
    </>
  );
}

/** Why something is changed; needed before anything is. */
export function ReasonField(props: { readonly value: string; readonly onChange: (reason: string) => void }) {
  const { say } = useWords("meter", words);
  return (
    <Field label={say("why")}>
      {(id) => (
        <Input.TextArea
          id={id}
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={500}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function useSave(list: IntervalList, span: { readonly from: number; readonly to: number }, onSaved: () => void) {
  const { meter, version } = list;
  return useMutation({
    mutationFn: (form: EditForm) =>
      dataOf(
        api.POST("/api/meters/{id}/edits", {
          params: { path: { id: meter } },
          body: { ...editBody(form), ...span, version },
        }),
      ),
    onSuccess: onSaved,
    // A version that somebody else made meanwhile is shown, too.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["meter", meter, "intervals"] }),
  });
}
