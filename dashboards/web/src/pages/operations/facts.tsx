import { Fragment, type ReactNode } from "react";
import { visibleText } from "../../parts/visible-text.ts";

/** A name and what it is. */
export type Fact = readonly [name: string, value: ReactNode];

/** Names with what they are, one a line. */
export function Facts(props: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="nf-facts">
      {props.facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** A text that came from outside, as it came; what cannot be seen is written out. */
export function RawText(props: { readonly label: string; readonly text: string }) {
  return (
    <figure className="nf-raw-box">
      <figcaption className="nf-soft nf-small">{props.label}</figcaption>
      <pre className="nf-raw">{visibleText(props.text)}</pre>
    </figure>
  );
}
