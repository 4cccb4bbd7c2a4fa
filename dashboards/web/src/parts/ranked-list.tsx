import { Button, Checkbox, Empty, Skeleton, Table, type TableColumnType, type TableProps } from "antd";
import type { ReactNode } from "react";
import type { Identified } from "../live/held-rows.ts";
import { type HeldRows, useHeldRows } from "../live/use-held-rows.ts";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { useIsPhone } from "./media.ts";
import { Problem } from "./problem.tsx";

/** One column of a ranked list. */
export type Column<Row> = Pick<TableColumnType<Row>, "key" | "title" | "align" | "width" | "ellipsis"> & {
  readonly render: (row: Row) => ReactNode;
};

/** Rows that somebody ticks, to do something with all of them. */
export interface RowTicks<Row> {
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
  /** What a row is called, to screen readers. */
  readonly nameOf: (row: Row) => string;
  readonly all: string;
}

/** What a list shows and how it is asked for more. */
export interface RankedListProps<Row extends Identified> {
  /** Says what the list holds, to screen readers. */
  readonly label: string;
  /** What was asked for; rows of another question come in at once. */
  readonly question: string;
  readonly rows: readonly Row[] | undefined;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly columns: readonly Column<Row>[];
  /** A row on a phone. */
  readonly card: (row: Row) => ReactNode;
  /** What can be done with a row right on its card; it stands below it. */
  readonly cardActs?: ((row: Row) => ReactNode) | undefined;
  readonly onOpen?: (row: Row) => void;
  readonly selectedId?: string | undefined;
  /** Rows that can be ticked, and which are. */
  readonly ticks?: RowTicks<Row> | undefined;
  /** A line after so many rows, and what it says. */
  readonly line?: { readonly after: number; readonly text: string } | undefined;
  readonly empty: ReactNode;
  readonly hasMore?: boolean | undefined;
  readonly isLoadingMore?: boolean;
  readonly onMore?: () => void;
}

type TableRowSelection<Row> = NonNullable<TableProps<Row>["rowSelection"]>;

const NONE: readonly never[] = [];

/** A ranked list: a table on wide screens, cards on a phone. New rows are announced and wait while somebody reads. */
export function RankedList<Row extends Identified>(props: RankedListProps<Row>) {
  const held = useHeldRows(props.rows ?? NONE, props.question);
  const isPhone = useIsPhone();
  if (props.rows === undefined)
    return props.error ? (
      <Problem error={props.error} onRetry={props.onRetry} />
    ) : (
      <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />
    );
  return (
    <div ref={held.list}>
      <Waiting held={held} />
      {isPhone ? <Cards {...props} rows={held.rows} /> : <Rows {...props} rows={held.rows} />}
      {props.line !== undefined && props.line.after < held.rows.length && (
        <p className="nf-soft nf-small nf-tight">{props.line.text}</p>
      )}
      <More {...props} />
    </div>
  );
}

function Waiting(props: { readonly held: HeldRows<Identified> }) {
  const { say } = useWords("common", common);
  const { waiting, showAll } = props.held;
  return (
    <div aria-live="polite">
      {waiting > 0 && (
        <Button block type="dashed" className="nf-waiting" onClick={showAll}>
          {say("newRows", { count: waiting })}
        </Button>
      )}
    </div>
  );
}

function More(props: Pick<RankedListProps<Identified>, "hasMore" | "isLoadingMore" | "onMore">) {
  const { say } = useWords("common", common);
  if (props.hasMore !== true) return null;
  return (
    <Button block type="text" loading={props.isLoadingMore ?? false} onClick={props.onMore}>
      {say("more")}
    </Button>
  );
}

function Rows<Row extends Identified>(props: RankedListProps<Row> & { readonly rows: readonly Row[] }) {
  return (
    <Table<Row>
      aria-label={props.label}
      className={props.onOpen === undefined ? "" : "nf-table"}
      size="small"
      rowKey="id"
      pagination={false}
      columns={props.columns.map(({ render, ...column }) => ({
        ...column,
        render: (_: unknown, row: Row) => render(row),
      }))}
      dataSource={props.rows}
      {...(props.rows.length > LONG_ROWS && {
        virtual: true,
        scroll: { y: LONG_LIST_PX, x: LONG_LIST_LEAST_PX },
        onScroll: (event: React.UIEvent) =>
          isNearEnd(event.currentTarget) && props.hasMore === true && props.onMore?.(),
      })}
      {...(props.ticks && { rowSelection: selectionOf(props.ticks) })}
      rowClassName={(row, at) => classOf(row.id === props.selectedId, at === props.line?.after)}
      onRow={(row) => ({ onClick: (event) => openUnlessLink(event, () => props.onOpen?.(row)) })}
      locale={{ emptyText: <Nothing>{props.empty}</Nothing> }}
    />
  );
}

/** The row that the keys are on, and the first one beyond the line. */
function classOf(isSelected: boolean, isBeyond: boolean): string {
  return [isSelected ? "nf-selected" : "", isBeyond ? "nf-beyond" : ""].join(" ").trim();
}

// From so many rows on only those in sight are in the page.
const LONG_ROWS = 100;
const LONG_LIST_PX = 640;
const LONG_LIST_LEAST_PX = 1000;

function isNearEnd({ scrollTop, clientHeight, scrollHeight }: Element): boolean {
  return scrollTop + 2 * clientHeight > scrollHeight;
}

function selectionOf<Row extends Identified>(ticks: RowTicks<Row>): TableRowSelection<Row> {
  return {
    selectedRowKeys: [...ticks.ids],
    onChange: (keys) => ticks.onChange(keys.map(String)),
    getCheckboxProps: (row) => ({ "aria-label": ticks.nameOf(row) }),
    getTitleCheckboxProps: () => ({ "aria-label": ticks.all }),
    columnWidth: 40,
    preserveSelectedRowKeys: true,
  };
}

/** A click on a link inside a row is the link's; a selected text is not a click. */
function openUnlessLink(event: React.MouseEvent, open: () => void): void {
  const isControl = event.target instanceof Element && event.target.closest("a, button, input") !== null;
  if (!isControl && window.getSelection()?.type !== "Range") open();
}

function Cards<Row extends Identified>(props: RankedListProps<Row> & { readonly rows: readonly Row[] }) {
  const { rows, ticks } = props;
  if (rows.length === 0) return <Nothing>{props.empty}</Nothing>;
  return (
    <>
      {ticks !== undefined && <TickAll rows={rows} ticks={ticks} />}
      <ul className="nf-cards" aria-label={props.label}>
        {rows.map((row, at) => (
          <li key={row.id} className={`nf-card ${classOf(row.id === props.selectedId, at === props.line?.after)}`}>
            {ticks === undefined ? props.card(row) : <TickedCard row={row} ticks={ticks} card={props.card} />}
            {props.cardActs?.(row)}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Ticks the cards that are shown, or none; what was ticked and is not shown stays as it is. */
function TickAll<Row extends Identified>(props: { readonly rows: readonly Row[]; readonly ticks: RowTicks<Row> }) {
  const { rows, ticks } = props;
  const shown = new Set(rows.map(({ id }) => id));
  const count = ticks.ids.filter((id) => shown.has(id)).length;
  const others = ticks.ids.filter((id) => !shown.has(id));
  return (
    <Checkbox
      className="nf-tick-all"
      checked={count === rows.length}
      indeterminate={count > 0 && count < rows.length}
      onChange={({ target }) => ticks.onChange(target.checked ? [...others, ...shown] : others)}
    >
      {ticks.all}
    </Checkbox>
  );
}

function TickedCard<Row extends Identified>(props: {
  readonly row: Row;
  readonly ticks: RowTicks<Row>;
  readonly card: (row: Row) => ReactNode;
}) {
  const { row, ticks, card } = props;
  return (
    <div className="nf-card-ticked">
      <Checkbox
        className="nf-card-tick"
        aria-label={ticks.nameOf(row)}
        checked={ticks.ids.includes(row.id)}
        onChange={({ target }) =>
          ticks.onChange(target.checked ? [...ticks.ids, row.id] : ticks.ids.filter((id) => id !== row.id))
        }
      />
      <div className="nf-card">{card(row)}</div>
    </div>
  );
}

function Nothing(props: { readonly children: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={props.children} />;
}
