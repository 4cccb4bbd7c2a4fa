import type { ProbedBlock, ProbedDecoding, ProbedMatch } from "@nightflow/domain";
import { Button, Checkbox } from "antd";
import { useMemo, useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { NewProfile } from "../profiles/new-profile.tsx";
import { type DecodedRow, type DecodingColumn, decodedRows, SHOWN_ORDERS, shownNumber } from "./probe-decodings.ts";
import { words } from "./probe-words.ts";

interface BlockProps {
  readonly found: ProbedBlock;
  /** Reads the block again later, beside this reading. */
  readonly onCompare?: () => void;
}

/** A block of registers: what it says in a sentence, what gives the dial, and every decoding side by side. */
export function BlockFound({ found, onCompare }: BlockProps) {
  const { say } = useWords("probe", words);
  const { unitId, read } = found;
  const what = `${say("unitNo", { unit: unitId })} · ${read.functionCode}:${read.from}-${read.to}`;
  if (found.runs.length === 0)
    return (
      <Panel title={what}>
        <p>{say("nothingRead", { fault: found.fault ?? "–" })}</p>
      </Panel>
    );
  return (
    <>
      <Panel title={`${say("suggests")} · ${what}`}>
        <Suggestion found={found} />
        {onCompare !== undefined && (
          <p>
            <Button onClick={onCompare}>{say("compareLater")}</Button>{" "}
            <span className="nf-soft nf-small">{say("compareHint")}</span>
          </p>
        )}
        {found.matches.length > 0 && <Matches found={found} />}
      </Panel>
      <Decodings found={found} />
    </>
  );
}

function Suggestion({ found }: BlockProps) {
  const { say } = useWords("probe", words);
  const [best] = found.matches;
  const [order] = found.orders ?? [];
  const hasDial = best !== undefined || found.isDoubtful;
  return (
    <ul className="nf-tight">
      {best !== undefined && <li className="nf-strong">{say("suggestMatch", factsOf(best))}</li>}
      {found.isDoubtful && <li>{say("doubtful")}</li>}
      {found.addressBase !== null && <li>{say("baseIs", { base: found.addressBase })}</li>}
      {!hasDial && <li>{order === undefined ? say("suggestNothing") : say("suggestOrder", { order: order.order })}</li>}
      {found.refused.length > 0 && (
        <li>{say("refusedRange", { ranges: found.refused.map(([from, to]) => `${from}-${to}`).join(", ") })}</li>
      )}
    </ul>
  );
}

function factsOf({ parts, scale }: ProbedMatch) {
  const [first] = parts;
  return {
    address: parts.map(({ address }) => address).join(" + "),
    type: parts.map(({ type }) => type).join(" + "),
    order: first?.order ?? "",
    scale,
  };
}

interface ListedMatch {
  readonly id: string;
  readonly match: ProbedMatch;
}

function Matches({ found }: BlockProps) {
  const { say } = useWords("probe", words);
  const { share } = useFormat();
  const mayEdit = useMay("collection.config.edit");
  const rows = found.matches.map((match, at) => ({ id: String(at), match }));
  const act = ({ match }: ListedMatch) =>
    mayEdit && match.profile !== null && <NewProfile content={match.profile}>{say("makeProfile")}</NewProfile>;
  const columns: readonly Column<ListedMatch>[] = [
    { key: "sure", title: say("sure"), align: "right", width: 90, render: ({ match }) => share(match.score) },
    { key: "address", title: say("address"), width: 120, render: ({ match }) => factsOf(match).address },
    { key: "how", title: say("how"), render: ({ match }) => howOf(match) },
    { key: "value", title: say("value"), align: "right", render: ({ match }) => shownNumber(match.value) },
    { key: "act", title: "", width: 220, render: act },
  ];
  return (
    <RankedList<ListedMatch>
      label={say("fittingOnes")}
      question={String(found.matches.length)}
      rows={rows}
      columns={columns}
      card={({ match }) => (
        <div className="nf-lines">
          <span className="nf-card-line">
            <span className="nf-strong">{howOf(match)}</span>
            <span>{share(match.score)}</span>
          </span>
          <span className="nf-card-line nf-small">
            <span>
              {say("address")} {factsOf(match).address}
            </span>
            <span className="nf-number">{shownNumber(match.value)}</span>
          </span>
        </div>
      )}
      cardActs={act}
      empty={say("noMatch")}
    />
  );
}

function howOf(match: ProbedMatch): string {
  const { type, order, scale } = factsOf(match);
  return `${type} ${order}${scale === 1 ? "" : ` × ${scale}`}`;
}

function Decodings({ found }: BlockProps) {
  const { say } = useWords("probe", words);
  const { number } = useFormat();
  const [withOdd, setWithOdd] = useState(false);
  const rows = useMemo(() => decodedRows(found, withOdd), [found, withOdd]);
  return (
    <Panel
      title={say("decodings")}
      extra={
        <Checkbox checked={withOdd} onChange={({ target }) => setWithOdd(target.checked)}>
          {say("showOdd")}
        </Checkbox>
      }
    >
      <RankedList<DecodedRow>
        label={say("decodings")}
        question={String(withOdd)}
        rows={rows}
        columns={useDecodingColumns()}
        card={(row) => <RowCard row={row} />}
        empty={say("suggestNothing")}
      />
      <p className="nf-soft nf-small">
        {say("zerosLeftOut")} {found.leftOut > 0 && say("leftOut", { count: number(found.leftOut, 0) })}
      </p>
    </Panel>
  );
}

const COLUMNS: readonly DecodingColumn[] = ["narrow", ...SHOWN_ORDERS, "other"];

function useDecodingColumns(): readonly Column<DecodedRow>[] {
  const { say } = useWords("probe", words);
  return [
    { key: "address", title: say("address"), width: 110, render: (row) => <Address row={row} /> },
    { key: "word", title: say("word"), width: 80, render: ({ word }) => <code>{word}</code> },
    ...COLUMNS.map((column) => ({
      key: column,
      title: column === "narrow" ? say("narrow") : column === "other" ? say("otherOrders") : column,
      render: ({ columns }: DecodedRow) => <Values of={columns.get(column) ?? []} />,
    })),
  ];
}

function Address({ row }: { readonly row: DecodedRow }) {
  const { say } = useWords("probe", words);
  return (
    <span className="nf-two-lines">
      <span className="nf-strong">{row.address}</span>
      {row.isFitting && <span className="nf-small">{say("fits")}</span>}
    </span>
  );
}

function Values({ of }: { readonly of: readonly ProbedDecoding[] }) {
  return (
    <span className="nf-two-lines nf-small">
      {of.map(({ type, order, value, scale }) => {
        const text = `${type} ${shownNumber(value)}${scale === undefined || scale === 1 ? "" : ` × ${scale}`}`;
        const key = `${type} ${order}`;
        return scale === undefined ? (
          <span key={key}>{text}</span>
        ) : (
          <Tag key={key} tone="good">
            {text}
          </Tag>
        );
      })}
    </span>
  );
}

function RowCard({ row }: { readonly row: DecodedRow }) {
  const { say } = useWords("probe", words);
  return (
    <div className="nf-lines">
      <span className="nf-card-line">
        <Address row={row} />
        <code>{row.word}</code>
      </span>
      {[...row.columns].map(([column, decodings]) => (
        <span key={column} className="nf-card-line">
          <span className="nf-soft nf-small">
            {column === "narrow" ? say("narrow") : column === "other" ? say("otherOrders") : column}
          </span>
          <Values of={decodings} />
        </span>
      ))}
    </div>
  );
}
