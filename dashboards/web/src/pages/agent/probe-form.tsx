import { Checkbox, Input, InputNumber, Select } from "antd";
import { type ReactNode, useId } from "react";
import { useWords } from "../../words/use-words.ts";
import { FIRST_FORM, framingsOf, onLine, type ProbeForm } from "./probe-order.ts";
import { words } from "./probe-words.ts";

interface FieldsProps {
  readonly form: ProbeForm;
  readonly onChange: (part: Partial<ProbeForm>) => void;
}

/** Over which line a probe goes, whom it asks and how long it waits. */
export function LineFields({ form, onChange, buses }: FieldsProps & { readonly buses: readonly string[] }) {
  const { say } = useWords("probe", words);
  const lines = [
    ...buses.map((bus) => ({ value: `bus ${bus}`, label: bus })),
    { value: "tcp", label: say("ownLine") },
    { value: "serial", label: say("serialLine") },
  ];
  const choose = (value: string) => {
    const [line = "tcp", bus = ""] = value.split(" ");
    onChange(onLine(line === "bus" || line === "serial" ? line : "tcp", bus));
  };
  return (
    <>
      <Choice
        label={say("viaLine")}
        value={form.line === "bus" ? `bus ${form.bus}` : form.line}
        options={lines}
        onChange={choose}
        width={200}
      />
      {form.line === "tcp" && <AddressFields form={form} onChange={onChange} />}
      {form.line === "serial" && <PortFields form={form} onChange={onChange} />}
      {form.line !== "bus" && (
        <Choice
          label={say("framing")}
          value={form.framing}
          options={framingsOf(form.line).map((value) => ({ value, label: value }))}
          onChange={(framing) => onChange({ framing })}
        />
      )}
      <Text label={say("unitIds")} value={form.units} onChange={(units) => onChange({ units })} />
      <Whole
        label={say("timeoutMs")}
        value={form.timeoutMs}
        bounds={[10, 60_000]}
        onChange={(timeoutMs) => onChange({ timeoutMs: timeoutMs ?? FIRST_FORM.timeoutMs })}
      />
    </>
  );
}

function AddressFields({ form, onChange }: FieldsProps) {
  const { say } = useWords("probe", words);
  return (
    <>
      <Text label={say("host")} value={form.host} onChange={(host) => onChange({ host })} />
      <Whole
        label={say("port")}
        value={form.port}
        bounds={[1, 65_535]}
        onChange={(port) => onChange({ port: port ?? FIRST_FORM.port })}
      />
    </>
  );
}

const PARITIES = ["none", "even", "odd"] as const;

function PortFields({ form, onChange }: FieldsProps) {
  const { say } = useWords("probe", words);
  return (
    <>
      <Text label={say("path")} hint="/dev/ttyUSB0" value={form.path} onChange={(path) => onChange({ path })} />
      <Whole
        label={say("baudRate")}
        value={form.baudRate}
        bounds={[110, 4_000_000]}
        onChange={(baudRate) => onChange({ baudRate: baudRate ?? FIRST_FORM.baudRate })}
      />
      <Choice
        label={say("dataBits")}
        value={form.dataBits}
        options={[8, 7].map((value) => ({ value: value === 7 ? (7 as const) : (8 as const), label: String(value) }))}
        onChange={(dataBits) => onChange({ dataBits })}
      />
      <Choice
        label={say("parity")}
        value={form.parity}
        options={PARITIES.map((value) => ({ value, label: say(`parity_${value}`) }))}
        onChange={(parity) => onChange({ parity })}
      />
      <Choice
        label={say("stopBits")}
        value={form.stopBits}
        options={[1, 2].map((value) => ({ value: value === 2 ? (2 as const) : (1 as const), label: String(value) }))}
        onChange={(stopBits) => onChange({ stopBits })}
      />
    </>
  );
}

/** What a probe looks at: nothing more than who answers, a block of registers, or a meter by its profile. */
export function WhatFields({ form, onChange }: FieldsProps) {
  const { say } = useWords("probe", words);
  const hasProfile = form.profile.trim() !== "";
  const hasBlock = form.block.trim() !== "";
  return (
    <>
      <Text label={say("block")} value={form.block} onChange={(block) => onChange({ block })} />
      <Text label={say("dial")} value={form.dial} isNumber onChange={(dial) => onChange({ dial })} />
      {hasBlock && (
        <Text
          label={say("manualAddress")}
          value={form.manualAddress}
          isNumber
          onChange={(manualAddress) => onChange({ manualAddress })}
        />
      )}
      <Text label={say("byProfile")} value={form.profile} onChange={(profile) => onChange({ profile })} />
      {hasProfile && (
        <>
          <Text label={say("q3")} value={form.q3} isNumber onChange={(q3) => onChange({ q3 })} />
          <Whole
            label={say("everyS")}
            value={form.everyS}
            bounds={[0, 120]}
            onChange={(everyS) => onChange({ everyS: everyS ?? FIRST_FORM.everyS })}
          />
        </>
      )}
      {(hasBlock || hasProfile) && (
        <Checkbox checked={form.isGas} onChange={({ target }) => onChange({ isGas: target.checked })}>
          {say("isGas")}
        </Checkbox>
      )}
    </>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  /** A phone shows its number keys. */
  readonly isNumber?: boolean;
  readonly onChange: (text: string) => void;
}

function Text({ label, value, hint, isNumber, onChange }: TextProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Input
          id={id}
          value={value}
          maxLength={200}
          {...(hint !== undefined && { placeholder: hint })}
          {...(isNumber && { inputMode: "decimal" as const })}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Labelled>
  );
}

interface WholeProps {
  readonly label: string;
  readonly value: number;
  readonly bounds: readonly [number, number];
  readonly onChange: (value: number | null) => void;
}

function Whole({ label, value, bounds: [min, max], onChange }: WholeProps) {
  return (
    <Labelled label={label}>
      {(id) => <InputNumber<number> id={id} min={min} max={max} precision={0} value={value} onChange={onChange} />}
    </Labelled>
  );
}

interface ChoiceProps<Value extends string | number> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly width?: number;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string | number>({ label, value, options, width = 110, onChange }: ChoiceProps<Value>) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Select<Value> id={id} style={{ minWidth: width }} value={value} onChange={onChange} options={[...options]} />
      )}
    </Labelled>
  );
}

function Labelled(props: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}
