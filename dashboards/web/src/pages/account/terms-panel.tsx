import { useQuery } from "@tanstack/react-query";
import { Button, Input, Skeleton } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { AccountDetail } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { CalendarPanel } from "./calendar-panel.tsx";
import { shiftText, WEEKDAYS } from "./shifts.ts";
import { draftOf, type TermsDraft, THRESHOLD_KEYS, termsOf } from "./terms-draft.ts";
import { type AccountTerms, accountTermsQuery, refreshTerms, type Thresholds } from "./terms-queries.ts";
import { words } from "./terms-words.ts";

/** What a key account is judged by: its thresholds and shifts, its calendar, and what changes them. */
export function TermsPanels(props: { readonly account: AccountDetail }) {
  const { say } = useWords("accountTerms", words);
  const { id, isKeyAccount } = props.account;
  const { data, error, refetch } = useQuery({ ...accountTermsQuery(id), enabled: isKeyAccount });
  if (!isKeyAccount) return null;
  if (data === undefined)
    return (
      <Panel title={say("terms")}>
        {error === null ? <Skeleton active /> : <Problem error={error} onRetry={() => void refetch()} />}
      </Panel>
    );
  return (
    <>
      <ThresholdsPanel id={id} terms={data} />
      <CalendarPanel id={id} days={data.days} />
    </>
  );
}

function ThresholdsPanel(props: { readonly id: string; readonly terms: AccountTerms }) {
  const { say } = useWords("accountTerms", words);
  const { dateTime } = useFormat();
  const mayEdit = useMay("account.terms.edit");
  const [isEditing, setIsEditing] = useState(false);
  const { id, terms } = props;
  const [last] = terms.versions;
  const figures = THRESHOLD_KEYS.map(
    (key): Figure => ({ name: say(key), value: <Threshold terms={terms} name={key} /> }),
  );
  return (
    <Panel title={say("terms")} extra={mayEdit && <Button onClick={() => setIsEditing(true)}>{say("edit")}</Button>}>
      <FigureList figures={figures} />
      <h3 className="nf-tight">{say("shifts")}</h3>
      {terms.shifts.length === 0 ? (
        <p className="nf-soft nf-tight">{say("noShifts")}</p>
      ) : (
        <ul className="nf-plain">
          {WEEKDAYS.map((weekday) => (
            <li key={weekday}>
              {say(`day${weekday}`)} {shiftText(terms.shifts, weekday) || "–"}
            </li>
          ))}
        </ul>
      )}
      {last !== undefined && (
        <p className="nf-soft nf-small">
          {say("lastSet", { version: last.version, by: last.by ?? "–", at: dateTime(last.at), reason: last.reason })}
        </p>
      )}
      {isEditing && <EditDialog id={id} terms={terms} onClose={() => setIsEditing(false)} />}
    </Panel>
  );
}

/** What holds where nothing is agreed. */
const LEFT_OPEN: Partial<Record<keyof Thresholds, keyof typeof words>> = {
  idleM3h: "learnt",
  contractMinutes: "byReading",
};

/** A threshold of its own, or what holds instead. */
function Threshold({ terms, name }: { readonly terms: AccountTerms; readonly name: keyof Thresholds }) {
  const { say } = useWords("accountTerms", words);
  const { number } = useFormat();
  const own = terms.thresholds[name] ?? null;
  if (own !== null) return <span className="nf-strong">{number(own, Number.isInteger(own) ? 0 : 2)}</span>;
  if (name === "deviations" || name === "aboveHours" || name === "belowHours")
    return <span className="nf-soft">{say("byRule", { value: terms.rules[name] })}</span>;
  return <span className="nf-soft">{say(LEFT_OPEN[name] ?? "none")}</span>;
}

function EditDialog(props: { readonly id: string; readonly terms: AccountTerms; readonly onClose: () => void }) {
  const { say } = useWords("accountTerms", words);
  const { id, terms, onClose } = props;
  const [draft, setDraft] = useState<TermsDraft>(() => draftOf(terms));
  const wanted = termsOf(draft);
  return (
    <ReasonDialog
      title={say("editTitle")}
      confirm={say("save")}
      isBlocked={wanted === undefined}
      act={async (reason) => {
        if (wanted === undefined) return;
        const body = { ...wanted, reason, basedOn: terms.version };
        await dataOf(api.POST("/api/accounts/{id}/terms", { params: { path: { id } }, body }));
      }}
      onDone={() => void refreshTerms(id)}
      onClose={onClose}
    >
      <TermsFields draft={draft} onChange={setDraft} />
      {wanted === undefined && <p role="alert">{say("wrong")}</p>}
    </ReasonDialog>
  );
}

function TermsFields(props: { readonly draft: TermsDraft; readonly onChange: (draft: TermsDraft) => void }) {
  const { say } = useWords("accountTerms", words);
  const { draft, onChange } = props;
  const isByRule = (key: keyof Thresholds) =>
    key === "deviations" || key === "aboveHours" || key === "belowHours" || key === "idleM3h";
  const noteOf = (key: keyof Thresholds) =>
    key === "contractMinutes" ? "emptyReading" : isByRule(key) ? "emptyHint" : "emptyNone";
  return (
    <>
      {THRESHOLD_KEYS.map((key) => (
        <Field key={key} label={say(key)} note={say(noteOf(key))}>
          {(fieldId) => (
            <Input
              id={fieldId}
              inputMode="decimal"
              maxLength={12}
              value={draft.thresholds[key]}
              onChange={({ target }) =>
                onChange({ ...draft, thresholds: { ...draft.thresholds, [key]: target.value } })
              }
            />
          )}
        </Field>
      ))}
      <h3 className="nf-tight">{say("shifts")}</h3>
      <p className="nf-soft nf-small">{say("shiftHint")}</p>
      {WEEKDAYS.map((weekday) => (
        <Field key={weekday} label={say(`day${weekday}`)}>
          {(fieldId) => (
            <Input
              id={fieldId}
              maxLength={100}
              value={draft.shifts[weekday] ?? ""}
              onChange={({ target }) => onChange({ ...draft, shifts: { ...draft.shifts, [weekday]: target.value } })}
            />
          )}
        </Field>
      ))}
    </>
  );
}
