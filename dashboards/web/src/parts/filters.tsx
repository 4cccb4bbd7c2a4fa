import { Input, Select } from "antd";
import { useEffect, useRef, useState } from "react";

const SETTLE_MS = 300;

/** A field that filters a list by text, once the typing has settled; Enter does so at once. */
export function TextFilter(props: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(props.value ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(props.value ?? ""), [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (value: string) => props.onChange(value.trim() === "" ? undefined : value.trim());
  return (
    <Input
      type="search"
      allowClear
      style={{ width: 240 }}
      aria-label={props.label}
      placeholder={props.label}
      maxLength={100}
      value={text}
      onChange={(event) => {
        const { value } = event.target;
        setText(value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => tell(value), SETTLE_MS);
      }}
      onPressEnter={() => {
        clearTimeout(timer.current);
        tell(text);
      }}
    />
  );
}

const EVERY = "";

/** A field that filters a list by one of some choices; the first choice is none of them. */
export function ChoiceFilter<Value extends string>(props: {
  readonly label: string;
  readonly none: string;
  readonly value: Value | undefined;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value | undefined) => void;
}) {
  return (
    <Select<Value | typeof EVERY>
      aria-label={props.label}
      style={{ minWidth: 140 }}
      popupMatchSelectWidth={false}
      value={props.value ?? EVERY}
      onChange={(value) => props.onChange(value === EVERY ? undefined : value)}
      options={[{ value: EVERY, label: `${props.label}: ${props.none}` }, ...props.choices]}
    />
  );
}
