import { type ReactNode, useId } from "react";

/** A field of a form with its name, and a note below. */
export function Field(props: {
  readonly label: string;
  readonly note?: string | undefined;
  readonly children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="nf-field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
      {props.note !== undefined && <span className="nf-soft nf-small">{props.note}</span>}
    </div>
  );
}
