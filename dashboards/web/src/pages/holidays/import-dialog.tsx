import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { type ChangeEvent, useState } from "react";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { Field } from "../operations/field.tsx";
import { unitOptions } from "./add-holiday.tsx";
import { type HolidayImport, type HolidayUnit, importHolidays, refreshHolidays } from "./queries.ts";
import { words } from "./words.ts";

/** Reads holidays from a file: tried first, then taken; every line that cannot be used is named. */
export function ImportDialog(props: { readonly units: readonly HolidayUnit[]; readonly onClose: () => void }) {
  const { say } = useWords("holidays", words);
  const { pick } = useVocabulary();
  const [text, setText] = useState("");
  const [unit, setUnit] = useState(props.units[0]?.code ?? "");
  const importing = useMutation({
    mutationFn: (isTrial: boolean) => importHolidays({ text, unit, isTrial }),
    onSuccess: (_, isTrial) => (isTrial ? undefined : refreshHolidays()),
  });
  const choose = (change: ChangeEvent<HTMLInputElement>) => void change.target.files?.[0]?.text().then(setText);
  const isEmpty = text.trim() === "";
  return (
    <Modal
      open
      title={say("importTitle")}
      okText={say("import")}
      cancelText={say("close")}
      okButtonProps={{ disabled: isEmpty, loading: importing.isPending && importing.variables === false }}
      onOk={() => importing.mutate(false)}
      onCancel={props.onClose}
    >
      <p className="nf-soft">{say("importHint")}</p>
      <Field label={say("importUnit")}>
        {(id) => <Select id={id} value={unit} onChange={setUnit} options={unitOptions(props.units, pick)} />}
      </Field>
      <Field label={say("chooseFile")}>
        {(id) => <input id={id} type="file" accept=".csv,text/csv" onChange={choose} />}
      </Field>
      <Field label={say("fileText")}>
        {(id) => <Input.TextArea id={id} rows={8} value={text} onChange={(change) => setText(change.target.value)} />}
      </Field>
      <Button disabled={isEmpty} onClick={() => importing.mutate(true)}>
        {say("try")}
      </Button>
      {importing.data !== undefined && <Outcome outcome={importing.data} isTrial={importing.variables === true} />}
      {importing.error !== null && <Problem error={importing.error} />}
    </Modal>
  );
}

function Outcome({ outcome, isTrial }: { readonly outcome: HolidayImport; readonly isTrial: boolean }) {
  const { say } = useWords("holidays", words);
  const { faults, ...counts } = outcome;
  return (
    <div role="status">
      <p className="nf-strong">{say(isTrial ? "wouldDo" : "didDo", counts)}</p>
      <ul className="nf-plain">
        {faults.map(({ line, code, text }) => (
          <li key={`${line} ${code}`}>{say("line", { line, what: say(`fault_${code}`), text })}</li>
        ))}
      </ul>
    </div>
  );
}
