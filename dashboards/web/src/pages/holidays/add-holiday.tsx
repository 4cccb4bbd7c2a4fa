import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Button, Input, Select } from "antd";
import { type FormEvent, useState } from "react";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { Field } from "../operations/field.tsx";
import { daysOf } from "./days.ts";
import { addHoliday, type HolidayUnit, refreshHolidays } from "./queries.ts";
import { words } from "./words.ts";

const NOTHING = { first: "", last: "", nameZh: "", nameEn: "" };
type Draft = typeof NOTHING;

/** Adds a holiday to a unit; a name that is left out is the other language's. */
export function AddHoliday({ units }: { readonly units: readonly HolidayUnit[] }) {
  const { say } = useWords("holidays", words);
  const { pick } = useVocabulary();
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const [unit, setUnit] = useState(units[0]?.code ?? "");
  const days = daysOf(draft.first, draft.last);
  const [nameZh, nameEn] = [draft.nameZh.trim() || draft.nameEn.trim(), draft.nameEn.trim() || draft.nameZh.trim()];
  const isReady = days !== undefined && nameZh !== "";
  const adding = useMutation({
    mutationFn: async () => days && addHoliday({ ...days, nameZh, nameEn, unit }),
    onSuccess: async () => {
      setDraft(NOTHING);
      await router.navigate({ to: "/holidays", search: { year: Number(draft.first.slice(0, 4)) } });
      await refreshHolidays();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) adding.mutate();
  };
  return (
    <Panel title={say("addTitle")}>
      <form className="nf-actions" style={{ alignItems: "start" }} onSubmit={submit}>
        <DraftFields draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} />
        <Field label={say("unit")}>
          {(id) => (
            <Select
              id={id}
              value={unit}
              onChange={setUnit}
              style={{ minWidth: 200 }}
              options={unitOptions(units, pick)}
            />
          )}
        </Field>
        <span className="nf-field">
          <span aria-hidden="true">&nbsp;</span>
          <Button type="primary" htmlType="submit" disabled={!isReady} loading={adding.isPending}>
            {say("add")}
          </Button>
        </span>
      </form>
      {draft.first !== "" && days === undefined && <p className="nf-soft nf-tight">{say("wrongDays")}</p>}
      {adding.error !== null && <Problem error={adding.error} />}
    </Panel>
  );
}

function DraftFields(props: { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }) {
  const { say } = useWords("holidays", words);
  const field = (key: keyof Draft, label: string, more: { readonly type?: string; readonly note?: string }) => (
    <Field label={label} note={more.note}>
      {(id) => (
        <Input
          id={id}
          type={more.type ?? "text"}
          maxLength={200}
          value={props.draft[key]}
          onChange={(change) => props.onChange({ [key]: change.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      {field("first", say("firstDay"), { type: "date" })}
      {field("last", say("lastDay"), { type: "date", note: say("oneDay") })}
      {field("nameZh", say("nameZh"), {})}
      {field("nameEn", say("nameEn"), {})}
    </>
  );
}

/** Units to choose from, by their names. */
export function unitOptions(units: readonly HolidayUnit[], pick: (name: HolidayUnit["name"]) => string) {
  return units.map(({ code, name }) => ({ value: code, label: pick(name) }));
}
