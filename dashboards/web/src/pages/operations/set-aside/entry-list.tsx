import { Link } from "@tanstack/react-router";
import { Checkbox } from "antd";
import { useMemo } from "react";
import type { SetAsideEntry } from "../../../api/operations-queries.ts";
import { type Column, RankedList } from "../../../parts/ranked-list.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { readRaw } from "./repair.ts";
import type { List } from "./search.ts";
import { reasonWord, words } from "./words.ts";

const BESIDE = new Set(["tick", "why", "origin", "values"]);

/** An entry whose id is a text, as lists need it. */
type Row = Omit<SetAsideEntry, "id"> & { readonly id: string };

interface ListProps {
  readonly list: List;
  readonly rows: readonly SetAsideEntry[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly question: string;
  readonly selected: number | undefined;
  readonly onChoose: (id: string) => void;
  readonly isFiltered: boolean;
  /** Those that are ticked; undefined where nothing can be decided. */
  readonly ticked: ReadonlySet<number> | undefined;
  readonly onTick: (ticked: ReadonlySet<number>) => void;
  readonly isNarrow: boolean;
}

/** Entries with where they came from and why they were set aside. */
export function EntryList(props: ListProps) {
  const { say } = useWords("set-aside", words);
  const { list, selected, isNarrow, isFiltered } = props;
  const rows = useMemo(() => props.rows?.map((row): Row => ({ ...row, id: String(row.id) })), [props.rows]);
  const columns = useColumns(props);
  return (
    <RankedList<Row>
      label={say(list)}
      question={props.question}
      rows={rows}
      error={props.error}
      onRetry={props.onRetry}
      selectedId={selected === undefined ? undefined : String(selected)}
      onOpen={(row) => props.onChoose(row.id)}
      empty={say(isFiltered ? "emptyFiltered" : "empty")}
      card={(row) => <Card row={row} />}
      columns={isNarrow ? columns.filter((column) => BESIDE.has(String(column.key))) : columns}
    />
  );
}

function useColumns({ list, rows, ticked, onTick }: ListProps): readonly Column<Row>[] {
  const { say } = useWords("set-aside", words);
  const tick: Column<Row> = {
    key: "tick",
    title: <TickAll rows={rows} ticked={ticked} onTick={onTick} />,
    width: 44,
    render: (row) => (
      <Checkbox
        aria-label={`${say("pick")}: ${row.id}`}
        checked={ticked?.has(Number(row.id)) ?? false}
        onChange={() => onTick(toggled(ticked ?? new Set(), Number(row.id)))}
      />
    ),
  };
  const values: Column<Row> = {
    key: "values",
    title: say("values"),
    width: 220,
    render: (row) => <Values row={row} />,
  };
  return [
    ...(ticked === undefined ? [] : [tick]),
    { key: "why", title: say("why"), render: (row) => <Why row={row} /> },
    ...(list === "conflict" ? [values] : []),
    { key: "origin", title: say("origin"), width: 240, render: (row) => <Origin row={row} /> },
    { key: "read", title: say("readAt"), width: 170, render: (row) => <When at={row.readAt} /> },
    { key: "received", title: say("received"), width: 170, render: (row) => <When at={row.receivedAt} /> },
  ];
}

function TickAll(props: Pick<ListProps, "rows" | "ticked" | "onTick">) {
  const { say } = useWords("set-aside", words);
  const { rows = [], ticked, onTick } = props;
  const isAll = rows.length > 0 && rows.every((row) => ticked?.has(row.id) === true);
  return (
    <Checkbox
      aria-label={say("pickAll")}
      checked={isAll}
      indeterminate={!isAll && (ticked?.size ?? 0) > 0}
      onChange={() => onTick(isAll ? new Set() : new Set(rows.map((row) => row.id)))}
    />
  );
}

function toggled(ticked: ReadonlySet<number>, id: number): ReadonlySet<number> {
  return ticked.has(id) ? new Set([...ticked].filter((one) => one !== id)) : new Set([...ticked, id]);
}

function Why(props: { readonly row: Row }) {
  const { say } = useWords("set-aside", words);
  const { id, reasonCode, reason, outcome } = props.row;
  const word = reasonWord(reasonCode);
  return (
    <span className="nf-two-lines">
      <Link
        from="/operations/set-aside"
        to="/operations/set-aside"
        search={(before) => ({ ...before, entry: Number(id) })}
      >
        {word === undefined ? reasonCode : say(word)}
      </Link>
      <span className="nf-soft nf-small nf-clamp">{visibleText(reason)}</span>
      {outcome !== null && (
        <span>
          <Tag tone="quiet">{say(`outcome_${outcome}`)}</Tag>
        </span>
      )}
    </span>
  );
}

function Origin(props: { readonly row: Row }) {
  const { channel, agent } = props.row;
  return (
    <span className="nf-two-lines">
      <span>{channel ?? "–"}</span>
      <span className="nf-soft nf-small">{visibleText(agent)}</span>
    </span>
  );
}

function Values(props: { readonly row: Row }) {
  const { storedValue, raw, channel, readAt } = props.row;
  return (
    <span className="nf-two-lines">
      <span className="nf-strong">{storedValue ?? "–"}</span>
      <span>{readRaw({ raw, channel, readAt }).draft.value || "–"}</span>
    </span>
  );
}

function Card(props: { readonly row: Row }) {
  const { say } = useWords("set-aside", words);
  const { id, reasonCode, channel, agent, receivedAt } = props.row;
  const word = reasonWord(reasonCode);
  return (
    <Link
      from="/operations/set-aside"
      to="/operations/set-aside"
      search={(before) => ({ ...before, entry: Number(id) })}
    >
      <span className="nf-card-line">
        <span className="nf-strong">{word === undefined ? reasonCode : say(word)}</span>
        <When at={receivedAt} />
      </span>
      <span className="nf-small nf-soft">
        {channel ?? "–"} · {visibleText(agent)}
      </span>
    </Link>
  );
}
