import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useState } from "react";
import { ApiProblem, api, dataOf } from "../../../api/client.ts";
import { type SetAsideEntry, type StoredHere, storedQuery } from "../../../api/operations-queries.ts";
import { useBusinessNow } from "../../../parts/clock.ts";
import { instantOf, localText } from "../../../parts/local-time.ts";
import { Tag, type Tone } from "../../../parts/tag.tsx";
import { unitText } from "../../../parts/unit-text.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { ChannelPicker } from "../channel-picker.tsx";
import { Field } from "../field.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { askAgain } from "../use-job-progress.ts";
import { type Draft, type Forecast, foresee, inUnit, type RawParts, readRaw, repairOf, UNITS } from "./repair.ts";
import { words } from "./words.ts";

const TONES: Partial<Record<Forecast, Tone>> = {
  stored: "good",
  repeat: "quiet",
  unchanged: "quiet",
  checkedAnew: "going",
};

/** Changes what is wrong of an entry, says what will happen, and replays it. */
export function RepairForm(props: { readonly entry: SetAsideEntry; readonly onDecided: (decision: string) => void }) {
  const { say } = useWords("set-aside", words);
  const { entry } = props;
  const [parts] = useState(() => readRaw(entry));
  const [draft, setDraft] = useState(parts.draft);
  const [isText, setIsText] = useState(parts.kind === "text");
  const [isAsking, setIsAsking] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const { here, forecast } = useForecast(parts, draft);
  return (
    <section aria-label={say("repair")}>
      <h3>{say("repair")}</h3>
      {isText ? (
        <WholeText draft={draft} onChange={change} />
      ) : (
        <PartFields parts={parts} draft={draft} here={here} onChange={change} />
      )}
      <p role="status">
        <span className="nf-soft">{say("forecast")}: </span>
        {forecast !== undefined && (
          <Tag tone={TONES[forecast] ?? "open"}>{say(forecast === "conflict" ? "conflictForecast" : forecast)}</Tag>
        )}
      </p>
      <div className="nf-actions">
        <Button type="primary" onClick={() => setIsAsking(true)}>
          {say("replay")}…
        </Button>
        {!isText && <Button onClick={() => setIsText(true)}>{say("wholeText")}</Button>}
      </div>
      {isAsking && (
        <ReasonDialog
          title={say("replayTitle", { count: 1 })}
          confirm={say("replay")}
          act={(reason) => sendRepair(entry, repairOf(parts, draft), reason)}
          onDone={(decision) => {
            props.onDecided(decision.id);
            void askAgain();
          }}
          onClose={() => setIsAsking(false)}
        >
          <p>{forecast === undefined ? "" : say(forecast === "conflict" ? "conflictForecast" : forecast)}</p>
        </ReasonDialog>
      )}
    </section>
  );
}

function sendRepair(entry: SetAsideEntry, repair: ReturnType<typeof repairOf>, reason: string) {
  const body = { ids: [entry.id], reason, ...(repair !== undefined && { repair }) };
  return dataOf(api.POST("/api/set-aside/{list}/replay", { params: { path: { list: entry.list } }, body }));
}

function useForecast(parts: RawParts, draft: Draft) {
  const nowMs = useBusinessNow();
  const stored = useQuery({ ...storedQuery(draft.channel, draft.readAtMs ?? Number.NaN), retry: false });
  const isUnknown = stored.error instanceof ApiProblem && stored.error.status === 404;
  const here: StoredHere | null | undefined = isUnknown ? null : stored.data;
  return { here, forecast: foresee(parts, draft, { nowMs, here }) };
}

interface FieldsProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

function WholeText(props: FieldsProps) {
  const { say } = useWords("set-aside", words);
  return (
    <Field label={say("wholeText")}>
      {(id) => (
        <Input.TextArea
          id={id}
          rows={5}
          maxLength={4000}
          value={props.draft.raw}
          onChange={(change) => props.onChange({ raw: change.target.value })}
        />
      )}
    </Field>
  );
}

function PartFields(props: FieldsProps & { readonly parts: RawParts; readonly here: StoredHere | null | undefined }) {
  const { say } = useWords("set-aside", words);
  const { number } = useFormat();
  const { parts, draft, here, onChange } = props;
  const resolution = here?.channel.resolution ?? null;
  const unit = unitText(here?.channel.unit ?? "");
  const isCounts = parts.kind === "wire" && resolution !== null;
  const inUnits = isCounts ? inUnit(draft.value, resolution) : undefined;
  return (
    <div className="nf-form">
      <Field label={say("channel")}>
        {(id) => <ChannelPicker id={id} value={draft.channel} onChange={(channel) => onChange({ channel })} />}
      </Field>
      <TimeField readAtMs={draft.readAtMs} onChange={(readAtMs) => onChange({ readAtMs })} />
      <Field
        label={isCounts ? say("valueCounts", { resolution, unit }) : say("value")}
        note={inUnits === undefined ? undefined : say("equals", { value: number(inUnits, 6), unit })}
      >
        {(id) => (
          <Input
            id={id}
            inputMode="decimal"
            maxLength={60}
            value={draft.value}
            onChange={(change) => onChange({ value: change.target.value })}
          />
        )}
      </Field>
      {parts.kind === "item" && (
        <Field label={say("unit")}>
          {(id) => (
            <Select
              id={id}
              allowClear
              placeholder={say("unitOfDevice")}
              value={draft.unit}
              onChange={(value) => onChange({ unit: value })}
              options={UNITS.map((value) => ({ value, label: unitText(value) }))}
            />
          )}
        </Field>
      )}
    </div>
  );
}

function TimeField(props: {
  readonly readAtMs: number | undefined;
  readonly onChange: (ms: number | undefined) => void;
}) {
  const { say } = useWords("set-aside", words);
  const { zone } = useFormat();
  const [text, setText] = useState(props.readAtMs === undefined ? "" : localText(props.readAtMs, zone));
  const isWrong = instantOf(text, zone) === undefined;
  return (
    <Field label={say("time", { zone })} note={isWrong ? say("timeWrong") : undefined}>
      {(id) => (
        <Input
          id={id}
          status={isWrong ? "warning" : ""}
          value={text}
          onChange={(change) => {
            setText(change.target.value);
            props.onChange(instantOf(change.target.value, zone));
          }}
        />
      )}
    </Field>
  );
}
