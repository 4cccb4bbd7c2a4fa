import { type ReactNode, useId } from "react";

/** A part of a page with its heading. */
export function Panel(props: {
  readonly title: ReactNode;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const id = useId();
  return (
    <section
      className={props.className === undefined ? "nf-panel" : `nf-panel ${props.className}`}
      aria-labelledby={id}
    >
      <header className="nf-panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.extra}
      </header>
      {props.children}
    </section>
  );
}
