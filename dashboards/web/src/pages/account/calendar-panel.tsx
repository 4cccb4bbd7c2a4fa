import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, Segmented } from "antd";
import { type ChangeEvent, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";
import { type AccountDays, refreshTerms, type Schemas } from "./terms-queries.ts";
import { words } from "./terms-words.ts";

type Kind = AccountDays["kind"];
const KINDS: readonly Kind[] = ["shutdown", "working"];

/** Days of a customer's calendar that are not like every week's: listed, added, taken out, read from a file. */
export function CalendarPanel(props: { readonly id: string; readonly days: readonly AccountDays[] }) {
  const { say } = useWords("accountTerms", words);
  const mayEdit = useMay("account.terms.edit");
  const [isImporting, setIsImporting] = useState(false);
  const { id, days } = props;
  return (
    <Panel
      title={say("calendar")}
      extra={mayEdit && <Button onClick={() => setIsImporting(true)}>{say("importFile")}</Button>}
    >
      <p className="nf-soft nf-small nf-tight">{say("calendarHint")}</p>
      {days.length === 0 && <p className="nf-soft nf-tight">{say("noDays")}</p>}
      <ul className="nf-cards" aria-label={say("calendar")}>
        {days.map((day) => (
          <Days key={day.id} id={id} days={day} />
        ))}
      </ul>
      {mayEdit && <AddDays id={id} />}
      {isImporting && <ImportDialog id={id} onClose={() => setIsImporting(false)} />}
    </Panel>
  );
}

function Days({ id, days }: { readonly id: string; readonly days: AccountDays }) {
  const { say } = useWords("accountTerms", words);
  const mayEdit = useMay("account.terms.edit");
  const { from, to, kind, note } = days;
  const removing = useMutation({
    mutationFn: () =>
      dataOf(api.DELETE("/api/accounts/{id}/calendar/days/{dayId}", { params: { path: { id, dayId: days.id } } })),
    onSuccess: () => refreshTerms(id),
  });
  return (
    <li className="nf-card">
      <span className="nf-card-line">
        <span>
          {from === to ? from : `${from} – ${to}`} <Tag tone={kind === "shutdown" ? "quiet" : "going"}>{say(kind)}</Tag>
        </span>
        {mayEdit && (
          <Button
            size="small"
            aria-label={say("remove", { from, to })}
            loading={removing.isPending}
            onClick={() => removing.mutate()}
          >
            {say("removeShort")}
          </Button>
        )}
      </span>
      {note !== "" && <span className="nf-soft nf-small">{note}</span>}
      {removing.error !== null && <Problem error={removing.error} />}
    </li>
  );
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function AddDays({ id }: { readonly id: string }) {
  const { say } = useWords("accountTerms", words);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [kind, setKind] = useState<Kind>("shutdown");
  const [note, setNote] = useState("");
  const last = to === "" ? from : to;
  const isReady = DATE.test(from) && DATE.test(last) && last >= from;
  const adding = useMutation({
    mutationFn: () => {
      const body = { from, to: last, kind, note: note.trim() };
      return dataOf(api.POST("/api/accounts/{id}/calendar/days", { params: { path: { id } }, body }));
    },
    onSuccess: () => {
      setFrom("");
      setTo("");
      setNote("");
      return refreshTerms(id);
    },
  });
  const date = (label: string, value: string, onChange: (value: string) => void) => (
    <Field label={label}>
      {(fieldId) => (
        <Input id={fieldId} type="date" value={value} onChange={(change) => onChange(change.target.value)} />
      )}
    </Field>
  );
  return (
    <form
      className="nf-actions"
      style={{ alignItems: "end", flexWrap: "wrap" }}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) adding.mutate();
      }}
    >
      {date(say("from"), from, setFrom)}
      {date(say("to"), to, setTo)}
      <Segmented<Kind>
        aria-label={say("kind")}
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: say(value) }))}
      />
      <Field label={say("note")}>
        {(fieldId) => (
          <Input id={fieldId} maxLength={200} value={note} onChange={(change) => setNote(change.target.value)} />
        )}
      </Field>
      <Button htmlType="submit" disabled={!isReady} loading={adding.isPending}>
        {say("add")}
      </Button>
      {adding.error !== null && <Problem error={adding.error} />}
    </form>
  );
}

/** What a file is by its beginning. */
export function formatOf(text: string): "csv" | "ics" {
  return text.trimStart().startsWith("BEGIN:VCALENDAR") ? "ics" : "csv";
}

function ImportDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { say } = useWords("accountTerms", words);
  const [text, setText] = useState("");
  const importing = useMutation({
    mutationFn: (isTrial: boolean) => {
      const body = { format: formatOf(text), text, isTrial };
      return dataOf(api.POST("/api/accounts/{id}/calendar/import", { params: { path: { id } }, body }));
    },
    onSuccess: (_, isTrial) => (isTrial ? undefined : refreshTerms(id)),
  });
  const choose = (change: ChangeEvent<HTMLInputElement>) => void change.target.files?.[0]?.text().then(setText);
  return (
    <Modal
      open
      title={say("importTitle")}
      okText={say("import")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: text.trim() === "", loading: importing.isPending && importing.variables === false }}
      onOk={() => importing.mutate(false)}
      onCancel={onClose}
    >
      <p className="nf-soft">{say("importHint")}</p>
      <Field label={say("chooseFile")}>
        {(fieldId) => <input id={fieldId} type="file" accept=".csv,.ics,text/csv,text/calendar" onChange={choose} />}
      </Field>
      <Field label={say("fileText")}>
        {(fieldId) => (
          <Input.TextArea id={fieldId} rows={8} value={text} onChange={(change) => setText(change.target.value)} />
        )}
      </Field>
      <Button disabled={text.trim() === ""} onClick={() => importing.mutate(true)}>
        {say("try")}
      </Button>
      {importing.data !== undefined && <Outcome outcome={importing.data} />}
      {importing.error !== null && <Problem error={importing.error} />}
    </Modal>
  );
}

function Outcome({ outcome }: { readonly outcome: Schemas["CalendarImport"] }) {
  const { say } = useWords("accountTerms", words);
  const { added, unchanged, faults } = outcome;
  return (
    <div role="status">
      <p className="nf-strong">{say("outcome", { added, unchanged })}</p>
      <ul className="nf-plain">
        {faults.map(({ line, code, text }) => (
          <li key={`${line} ${code}`}>{say("line", { line, what: say(`fault_${code}`), text })}</li>
        ))}
      </ul>
    </div>
  );
}
