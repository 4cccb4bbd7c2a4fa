import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useState } from "react";
import { type SetAsideEntry, storedQuery } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { unitText } from "../../../parts/unit-text.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { type Fact, Facts, RawText } from "../facts.tsx";
import { type Action, DecideDialog } from "./bulk-actions.tsx";
import { inUnit, readRaw } from "./repair.ts";
import { RepairForm } from "./repair-form.tsx";
import { reasonWord, words } from "./words.ts";

/** One entry: why it was set aside, what came, and what can be done about it. */
export function EntryDetail(props: {
  readonly id: number;
  readonly entry: SetAsideEntry | undefined;
  readonly isLoading: boolean;
  readonly onDecided: (decision: string) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("set-aside", words);
  const { id, entry } = props;
  const close = <Button onClick={props.onClose}>{say("close")}</Button>;
  return (
    <Panel title={say("entry", { no: id })} extra={close}>
      {props.isLoading && <Skeleton active />}
      {!props.isLoading && entry === undefined && <p>{say("gone")}</p>}
      {entry !== undefined && <Entry entry={entry} onDecided={props.onDecided} />}
    </Panel>
  );
}

function Entry(props: { readonly entry: SetAsideEntry; readonly onDecided: (decision: string) => void }) {
  const { say } = useWords("set-aside", words);
  const mayDecide = useMay("collection.set_aside.decide");
  const { entry } = props;
  const canDecide = mayDecide && entry.outcome === null;
  const word = reasonWord(entry.reasonCode);
  return (
    <>
      <p className="nf-reason">{word === undefined ? entry.reasonCode : say(word)}</p>
      <p>{visibleText(entry.reason)}</p>
      {entry.list === "conflict" && <BothValues entry={entry} />}
      <EntryFacts entry={entry} />
      <RawText label={say("raw")} text={entry.raw} />
      {canDecide && entry.list === "dead_letter" && <RepairForm entry={entry} onDecided={props.onDecided} />}
      {canDecide && (
        <One entry={entry} action={entry.list === "conflict" ? "keep" : "discard"} onDecided={props.onDecided} />
      )}
    </>
  );
}

function EntryFacts(props: { readonly entry: SetAsideEntry }) {
  const { say } = useWords("set-aside", words);
  const { entry } = props;
  const { outcome } = entry;
  const settled: readonly Fact[] =
    outcome === null
      ? []
      : [
          [
            say("outcome"),
            <>
              {say(`outcome_${outcome}`)} · <When at={entry.settledAt} />
            </>,
          ],
        ];
  return (
    <Facts
      facts={[
        [say("reasonCode"), <code key="code">{entry.reasonCode}</code>],
        [say("channel"), entry.channel ?? "–"],
        [say("agent"), visibleText(entry.agent)],
        [say("readAt"), <When key="read" at={entry.readAt} />],
        [say("received"), <When key="received" at={entry.receivedAt} />],
        [say("batch"), `${entry.epoch ?? "–"} / ${entry.seq ?? "–"} · ${say(entry.origin)}`],
        ...settled,
      ]}
    />
  );
}

function One(props: {
  readonly entry: SetAsideEntry;
  readonly action: Action;
  readonly onDecided: (decision: string) => void;
}) {
  const { say } = useWords("set-aside", words);
  const [isAsking, setIsAsking] = useState(false);
  const { entry, action } = props;
  return (
    <div className="nf-actions">
      <Button onClick={() => setIsAsking(true)}>{say(action === "keep" ? "keepFirst" : "discard")}…</Button>
      {isAsking && (
        <DecideDialog
          list={entry.list === "conflict" ? "conflict" : "dead_letter"}
          action={action}
          which={{ ids: [entry.id] }}
          count={1}
          onDecided={props.onDecided}
          onClose={() => setIsAsking(false)}
        />
      )}
    </div>
  );
}

/** The stored value and the one that came second, side by side, in counts and in the channel's unit. */
function BothValues(props: { readonly entry: SetAsideEntry }) {
  const { say } = useWords("set-aside", words);
  const { number } = useFormat();
  const { channel, readAt, storedValue } = props.entry;
  const { data } = useQuery(storedQuery(channel ?? "", readAt ?? Number.NaN));
  const second = readRaw(props.entry).draft.value;
  const resolution = data?.channel.resolution ?? null;
  const unit = unitText(data?.channel.unit ?? "");
  const shown = (value: string | null) => {
    if (value === null || value === "") return say("nothingStored");
    const inUnits = inUnit(value, resolution);
    return inUnits === undefined ? `${value} ${unit}` : `${number(inUnits, 6)} ${unit}`;
  };
  const difference = Number(second) - Number(storedValue);
  const hasBoth = storedValue !== null && second !== "" && Number.isFinite(difference);
  const small = (value: string | null) =>
    resolution === null || value === null ? null : say("counts", { counts: value });
  return (
    <div className="nf-beside">
      <div>
        <div className="nf-soft">{say("storedValue")}</div>
        <div className="nf-value">{shown(storedValue)}</div>
        <div className="nf-soft nf-small">{small(storedValue)}</div>
      </div>
      <div>
        <div className="nf-soft">{say("secondValue")}</div>
        <div className="nf-value">{shown(second)}</div>
        <div className="nf-soft nf-small">{small(second)}</div>
      </div>
      {hasBoth && (
        <div>
          <div className="nf-soft">{say("difference")}</div>
          <div className="nf-value">{shown(String(difference))}</div>
        </div>
      )}
    </div>
  );
}
