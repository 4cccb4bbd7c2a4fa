import { Input, InputNumber, Segmented, Select } from "antd";
import { unitText } from "../../../parts/unit-text.ts";
import { useWords } from "../../../words/use-words.ts";
import { useVocabulary } from "../../../words/vocabulary.ts";
import { ChannelPicker } from "../channel-picker.tsx";
import { Field } from "../field.tsx";
import { UNITS } from "../set-aside/repair.ts";
import { type ApproveForm, withQuantity } from "./form.ts";
import { isRegister, QUANTITIES, UNITS_OF } from "./guess.ts";
import { words } from "./words.ts";

interface FieldsProps {
  readonly form: ApproveForm;
  readonly onChange: (form: ApproveForm) => void;
}

/** What an unknown channel shall be: a new channel of a meter, or another name of one that is there. */
export function ApproveFields(props: FieldsProps & { readonly isOfDevice: boolean }) {
  const { say } = useWords("quarantine", words);
  const { form, onChange } = props;
  return (
    <>
      <Segmented<ApproveForm["kind"]>
        aria-label={say("kind")}
        value={form.kind}
        onChange={(kind) => onChange({ ...form, kind })}
        options={(["new", "existing"] as const).map((value) => ({ value, label: say(value) }))}
      />
      {form.kind === "new" ? <NewChannel {...props} /> : <ExistingChannel {...props} />}
      {props.isOfDevice && <SentUnit {...props} />}
    </>
  );
}

function ExistingChannel({ form, onChange }: FieldsProps) {
  const { say } = useWords("quarantine", words);
  return (
    <div className="nf-form">
      <Field label={say("existingChannel")}>
        {(id) => <ChannelPicker id={id} value={form.channel} onChange={(channel) => onChange({ ...form, channel })} />}
      </Field>
    </div>
  );
}

function NewChannel({ form, onChange }: FieldsProps) {
  const { say } = useWords("quarantine", words);
  return (
    <>
      <p className="nf-soft nf-tight">{say("guessed")}</p>
      <div className="nf-form">
        <Field label={say("quantity")}>
          {(id) => (
            <Select
              id={id}
              value={form.quantity}
              onChange={(quantity) => onChange(withQuantity(form, quantity))}
              options={QUANTITIES.map((value) => ({ value, label: say(value) }))}
            />
          )}
        </Field>
        <Field label={say("unit")}>
          {(id) => (
            <Select
              id={id}
              value={form.unit}
              onChange={(unit) => onChange({ ...form, unit })}
              options={UNITS_OF[form.quantity].map((value) => ({ value, label: unitText(value) }))}
            />
          )}
        </Field>
        {isRegister(form.quantity) && (
          <Field label={say("resolution", { unit: unitText(form.unit) })}>
            {(id) => (
              <Select
                id={id}
                value={form.resolution}
                onChange={(resolution) => onChange({ ...form, resolution })}
                options={[0.0001, 0.001, 0.01, 0.1, 1, 10].map((value) => ({ value, label: String(value) }))}
              />
            )}
          </Field>
        )}
      </div>
      <MeterFields form={form} onChange={onChange} />
    </>
  );
}

function MeterFields({ form, onChange }: FieldsProps) {
  const { say } = useWords("quarantine", words);
  const { word } = useVocabulary();
  const text = (key: "meterId" | "model" | "serial") => (
    <Field label={say(key)}>
      {(id) => (
        <Input
          id={id}
          maxLength={key === "meterId" ? 64 : 100}
          value={form[key]}
          onChange={(change) => onChange({ ...form, [key]: change.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Segmented<"new" | "existing">
        aria-label={say("meter")}
        value={form.isNewMeter ? "new" : "existing"}
        onChange={(value) => onChange({ ...form, isNewMeter: value === "new" })}
        options={[
          { value: "new", label: say("meterNew") },
          { value: "existing", label: say("meterExisting") },
        ]}
      />
      <div className="nf-form">
        {text("meterId")}
        {form.isNewMeter && (
          <>
            <Field label={say("commodity")}>
              {(id) => (
                <Select
                  id={id}
                  value={form.commodity}
                  onChange={(commodity) => onChange({ ...form, commodity })}
                  options={(["water", "gas"] as const).map((value) => ({ value, label: word("commodity", value) }))}
                />
              )}
            </Field>
            <Field label={say("purpose")}>
              {(id) => (
                <Select
                  id={id}
                  value={form.purpose}
                  onChange={(purpose) => onChange({ ...form, purpose })}
                  options={(["customer", "dma", "station"] as const).map((value) => ({
                    value,
                    label: word("purpose", value),
                  }))}
                />
              )}
            </Field>
            <Field label={say("period")}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={1}
                  max={2_678_400}
                  style={{ width: "100%" }}
                  value={form.periodS}
                  onChange={(periodS) => onChange({ ...form, periodS: periodS ?? 0 })}
                />
              )}
            </Field>
            {text("model")}
            {text("serial")}
          </>
        )}
      </div>
    </>
  );
}

function SentUnit({ form, onChange }: FieldsProps) {
  const { say } = useWords("quarantine", words);
  return (
    <div className="nf-form">
      <Field label={say("sentUnit")}>
        {(id) => (
          <Select
            id={id}
            allowClear
            placeholder={say("asChannel")}
            value={form.sentUnit}
            onChange={(sentUnit) => onChange({ ...form, sentUnit })}
            options={UNITS.map((value) => ({ value, label: unitText(value) }))}
          />
        )}
      </Field>
    </div>
  );
}
