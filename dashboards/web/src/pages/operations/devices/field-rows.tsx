import { Button, Input, Select } from "antd";
import { unitText } from "../../../parts/unit-text.ts";
import { useWords } from "../../../words/use-words.ts";
import { ChannelPicker } from "../channel-picker.tsx";
import { Field } from "../field.tsx";
import { UNITS } from "../set-aside/repair.ts";
import { emptyField, type FieldForm } from "./profile.ts";
import { words } from "./words.ts";

/** The fields of a profile, each with the channel that it feeds. */
export function FieldRows(props: {
  readonly fields: readonly FieldForm[];
  readonly onChange: (fields: readonly FieldForm[]) => void;
}) {
  const { say } = useWords("devices", words);
  const { fields, onChange } = props;
  const next = Math.max(-1, ...fields.map((field) => field.key)) + 1;
  return (
    <>
      {fields.map((field, at) => (
        <fieldset key={field.key} className="nf-choices">
          <legend>{say("fieldNo", { no: at + 1 })}</legend>
          <FieldRow field={field} onChange={(changed) => onChange(fields.with(at, changed))} />
          <Button
            size="small"
            aria-label={say("removeField", { no: at + 1 })}
            onClick={() => onChange(fields.filter((one) => one.key !== field.key))}
          >
            {say("removeField", { no: at + 1 })}
          </Button>
        </fieldset>
      ))}
      <p>
        <Button onClick={() => onChange([...fields, emptyField(next)])}>{say("addField")}</Button>
      </p>
    </>
  );
}

function FieldRow(props: { readonly field: FieldForm; readonly onChange: (field: FieldForm) => void }) {
  const { say } = useWords("devices", words);
  const { field } = props;
  const change = (part: Partial<FieldForm>) => props.onChange({ ...field, ...part });
  const text = (key: "name" | "scale" | "missing", word: "field" | "scale" | "missing", maxLength: number) => (
    <Field label={say(word)}>
      {(id) => (
        <Input
          id={id}
          maxLength={maxLength}
          value={field[key]}
          onChange={(event) => change({ [key]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <div className="nf-form">
      {text("name", "field", 200)}
      <Field label={say("channel")}>
        {(id) => <ChannelPicker id={id} value={field.channel} onChange={(channel) => change({ channel })} />}
      </Field>
      <Field label={say("unit")}>
        {(id) => (
          <Select
            id={id}
            allowClear
            placeholder={say("asChannel")}
            value={field.unit}
            onChange={(unit) => change({ unit })}
            options={UNITS.map((value) => ({ value, label: unitText(value) }))}
          />
        )}
      </Field>
      {text("scale", "scale", 60)}
      <Field label={say("rounding")}>
        {(id) => (
          <Select
            id={id}
            value={field.rounding}
            onChange={(rounding) => change({ rounding })}
            options={(["exact", "nearest"] as const).map((value) => ({ value, label: say(value) }))}
          />
        )}
      </Field>
      {text("missing", "missing", 600)}
    </div>
  );
}
