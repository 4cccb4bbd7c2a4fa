import type { ReactNode } from "react";

/** A figure with its name, and what makes it trustworthy or old. */
export interface Figure {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
}

/** Figures side by side, each with unit and note. */
export function FigureList(props: { readonly figures: readonly Figure[] }) {
  return (
    <dl className="nf-figures">
      {props.figures.map((figure) => (
        <div key={figure.name}>
          <dt>{figure.name}</dt>
          <dd>
            <span className="nf-value">{figure.value}</span>
            {figure.note !== undefined && <span className="nf-note">{figure.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
