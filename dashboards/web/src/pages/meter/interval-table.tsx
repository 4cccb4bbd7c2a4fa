import { Button, Checkbox } from "antd";
import { useMemo, useState } from "react";
import type { IntervalList, IntervalRow } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { RankedList } from "../../parts/ranked-list.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { type IntervalQuality, useVocabulary } from "../../words/vocabulary.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { words } from "./words.ts";

type Row = IntervalRow & { readonly id: string };

const TONES: Readonly<Record<IntervalQuality, Tone>> = {
  good: "good",
  estimated: "going",
  edited: "going",
  suspect: "open",
  missing: "quiet",
  invalid: "quiet",
};

/** The intervals as a table; ticked ones can be edited, all between the first and the last of them. */
export function IntervalTable(props: { readonly list: IntervalList }) {
  const { say } = useWords("meter", words);
  const mayEdit = useMay("vee.interval.edit");
  const [isOddOnly, setOddOnly] = useState(true);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [isEditing, setEditing] = useState(false);
  const { list } = props;
  const rows = useMemo(() => rowsOf(list, isOddOnly), [list, isOddOnly]);
  const meant = useMemo(() => between(list.rows, ticked), [list, ticked]);
  return (
    <>
      <div className="nf-actions" style={{ margin: "8px 0" }}>
        <Checkbox checked={isOddOnly} onChange={(event) => setOddOnly(event.target.checked)}>
          {say("onlyOdd")}
        </Checkbox>
        {mayEdit && (
          <Button disabled={meant.length === 0} onClick={() => setEditing(true)} title={say("tickHint")}>
            {say("editTicked", { count: meant.length })}
          </Button>
        )}
      </div>
      <Table rows={rows} list={list} isOddOnly={isOddOnly} {...(mayEdit && { ticked, onTick: setTicked })} />
      {isEditing && (
        <EditDialog
          list={list}
          rows={meant}
          onClose={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            setTicked([]);
          }}
        />
      )}
    </>
  );
}

function Table(props: {
  readonly rows: readonly Row[];
  readonly list: IntervalList;
  readonly isOddOnly: boolean;
  readonly ticked?: readonly string[];
  readonly onTick?: (ids: readonly string[]) => void;
}) {
  const { say } = useWords("meter", words);
  const { dateTime } = useFormat();
  const { rows, list, isOddOnly, ticked, onTick } = props;
  const nameOf = (row: Row) => dateTime(row.startAt);
  return (
    <RankedList
      label={say("intervals")}
      question={`${list.meter} ${list.from} ${list.to} ${list.version} ${isOddOnly}`}
      rows={rows}
      empty={say("allGood")}
      ticks={ticked && onTick ? { ids: ticked, onChange: onTick, nameOf, all: say("tickAll") } : undefined}
      card={(row) => (
        <div className="nf-card-line" style={{ padding: "6px 0" }}>
          <When at={row.startAt} />
          <span>
            <Volume value={row.volume} list={list} /> <Quality row={row} />
          </span>
        </div>
      )}
      columns={[
        { key: "at", title: say("startsAt"), render: (row) => <When at={row.startAt} /> },
        { key: "raw", title: say("raw"), align: "right", render: (row) => <Volume value={row.raw} list={list} /> },
        {
          key: "validated",
          title: say("validated"),
          align: "right",
          render: (row) => <Validated row={row} list={list} />,
        },
        {
          key: "edited",
          title: say("edited"),
          align: "right",
          render: (row) => (row.editId === null ? "" : <Volume value={row.edited} list={list} />),
        },
        { key: "quality", title: say("counted"), render: (row) => <Quality row={row} /> },
        { key: "version", title: say("versionNo"), align: "right", render: (row) => row.version },
      ]}
    />
  );
}

function Volume(props: { readonly value: number | null; readonly list: IntervalList }) {
  const { volume } = useFormat();
  return <span className="nf-figure">{volume(props.value, props.list.unit ?? "m3")}</span>;
}

function Validated(props: { readonly row: Row; readonly list: IntervalList }) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { volume } = useFormat();
  const { row, list } = props;
  const usual = row.usual === null ? undefined : say("usualNow", { volume: volume(row.usual, list.unit ?? "m3") });
  return (
    <span title={usual}>
      <Volume value={row.validated} list={list} />
      {row.method !== null && <span className="nf-soft nf-small"> {word("estimateMethod", row.method)}</span>}
    </span>
  );
}

function Quality(props: { readonly row: Row }) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { quality, flags, isOvertaken } = props.row;
  return (
    <>
      <Tag tone={TONES[quality]}>{word("intervalQuality", quality)}</Tag>{" "}
      <span className="nf-soft nf-small">{flags.map((flag) => word("flag", flag)).join(", ")}</span>
      {isOvertaken && <Tag tone="open">{say("overtaken")}</Tag>}
    </>
  );
}

function rowsOf(list: IntervalList, isOddOnly: boolean): Row[] {
  const rows = isOddOnly
    ? list.rows.filter((row) => row.quality !== "good" || row.version > 1 || hasMark(row))
    : list.rows;
  return rows.map((row) => ({ ...row, id: String(row.startAt) }));
}

function hasMark(row: IntervalRow): boolean {
  return row.flags.some((flag) => flag !== "interpolated" && flag !== "gap");
}

/** All intervals from the first to the last that is ticked. */
function between(rows: readonly IntervalRow[], ticked: readonly string[]): readonly IntervalRow[] {
  const starts = ticked.map(Number);
  const [first, last] = [Math.min(...starts), Math.max(...starts)];
  return rows.filter((row) => row.startAt >= first && row.startAt <= last);
}
