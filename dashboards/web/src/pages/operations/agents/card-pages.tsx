import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import { Problem } from "../../../parts/problem.tsx";

/** Rows that come in pages, as lines of a panel: what is loading, wrong or empty is said in their place. */
export function CardPages<Row>(props: {
  readonly rows: readonly Row[] | undefined;
  readonly result: {
    readonly error: Error | null;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    fetchNextPage(): unknown;
  };
  readonly keyOf: (row: Row) => string | number;
  readonly empty: string;
  readonly more: string;
  readonly children: (row: Row) => ReactNode;
}) {
  const { rows, result } = props;
  return (
    <>
      {result.error !== null && <Problem error={result.error} />}
      {rows === undefined && result.error === null && <Skeleton active title={false} />}
      {rows?.length === 0 && <p className="nf-soft nf-tight">{props.empty}</p>}
      <ul className="nf-cards">
        {rows?.map((row) => (
          <li key={props.keyOf(row)} className="nf-card" style={{ padding: "6px 0" }}>
            {props.children(row)}
          </li>
        ))}
      </ul>
      {result.hasNextPage && (
        <Button block type="text" loading={result.isFetchingNextPage} onClick={() => void result.fetchNextPage()}>
          {props.more}
        </Button>
      )}
    </>
  );
}
