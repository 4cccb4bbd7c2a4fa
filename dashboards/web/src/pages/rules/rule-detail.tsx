import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { RuleRow } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { useBusinessNow } from "../../parts/clock.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { categoryName, useVocabulary } from "../../words/vocabulary.ts";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { isPossible, valuesOf } from "./draft.ts";
import { HistoryPanel } from "./history.tsx";
import { OutcomesPanel } from "./outcomes.tsx";
import { PrecisionText } from "./page.tsx";
import { PreviewPanel } from "./preview.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/rules");
const DAY_MS = 86_400_000;
const DAYS = [14, 30, 90, 180, 365] as const;

/** One rule: its parameters to edit, the preview of what they would find, and its history. */
export function RuleDetail(props: { readonly rule: RuleRow }) {
  const { rule } = props;
  const { say, language } = useWords("rules", words);
  const { word } = useVocabulary();
  const name = rule.name[language];
  return (
    <div className="nf-split">
      <div>
        <Panel title={`${name} · ${say("parameters")}`}>
          <p className="nf-soft">{say("nullCase", { what: rule.nullCase[language] })}</p>
          <p className="nf-soft">{say("source", { what: rule.source })}</p>
          {rule.classes.map(({ class: category, precision }) => (
            <p key={category}>
              {categoryName(category, word)}: <PrecisionText precision={precision} />
            </p>
          ))}
          {rule.parameters.length === 0 ? <p>{say("noParameters")}</p> : <ParameterForm rule={rule} name={name} />}
        </Panel>
        {rule.parameters.length > 0 && <HistoryPanel rule={rule} name={name} />}
        <OutcomesPanel rule={rule} />
      </div>
      <div className="nf-split-side">
        <PreviewPanel rule={rule} />
      </div>
    </div>
  );
}

function ParameterForm({ rule, name }: { readonly rule: RuleRow; readonly name: string }) {
  const { say } = useWords("rules", words);
  const mayTune = useMay("monitor.rule.tune");
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() => textsOf(rule));
  const [isApplying, setIsApplying] = useState(false);
  const values = valuesOf(rule.parameters, texts);
  const canAct = values !== undefined;
  return (
    <>
      {rule.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          text={texts[parameter.name] ?? ""}
          isDisabled={!mayTune}
          onChange={(text) => setTexts({ ...texts, [parameter.name]: text })}
        />
      ))}
      {!mayTune && <p className="nf-soft">{say("mayNot")}</p>}
      {mayTune && (
        <>
          <TryForm rule={rule} values={values} />
          <Button disabled={!canAct} onClick={() => setIsApplying(true)}>
            {say("apply")}
          </Button>{" "}
          <Button type="text" onClick={() => setTexts(textsOf(rule))}>
            {say("reset")}
          </Button>
        </>
      )}
      {isApplying && values !== undefined && (
        <ReasonDialog
          title={say("applyTitle", { rule: name })}
          confirm={say("apply")}
          act={(reason) => {
            const body = { parameters: values, reason, basedOn: rule.version };
            return dataOf(api.POST("/api/rules/{code}/settings", { params: { path: { code: rule.code } }, body }));
          }}
          onDone={() => void queryClient.invalidateQueries({ queryKey: ["rules"] })}
          onClose={() => setIsApplying(false)}
        >
          <p>{say("applyHint")}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function textsOf(rule: RuleRow): Readonly<Record<string, string>> {
  return Object.fromEntries(rule.parameters.map(({ name, value }) => [name, String(value)]));
}

function ParameterField(props: {
  readonly parameter: RuleRow["parameters"][number];
  readonly text: string;
  readonly isDisabled: boolean;
  readonly onChange: (text: string) => void;
}) {
  const { say, language } = useWords("rules", words);
  const id = useId();
  const { least, most, unit, meaning, default: byDefault } = props.parameter;
  const isWrong = !isPossible(props.parameter, props.text);
  return (
    <div className="nf-field">
      <label htmlFor={id}>{meaning[language]}</label>
      <Input
        id={id}
        inputMode="decimal"
        value={props.text}
        disabled={props.isDisabled}
        {...(isWrong && { status: "error" as const })}
        aria-invalid={isWrong}
        aria-describedby={`${id}-range`}
        onChange={(change) => props.onChange(change.target.value)}
      />
      <span id={`${id}-range`} className="nf-soft">
        {isWrong ? say("outOfRange", { least, most }) : say("range", { least, most, unit, byDefault })}
      </span>
    </div>
  );
}

function TryForm(props: { readonly rule: RuleRow; readonly values: Readonly<Record<string, number>> | undefined }) {
  const { say } = useWords("rules", words);
  const navigate = route.useNavigate();
  const nowMs = useBusinessNow();
  const [days, setDays] = useState<number>(30);
  const [dma, setDma] = useState("");
  const [daysId, dmaId] = [useId(), useId()];
  const { code } = props.rule;
  const asking = useMutation({
    mutationFn: (parameters: Readonly<Record<string, number>>) => {
      const to = Math.round(nowMs);
      const body = { parameters, from: to - days * DAY_MS, to, dma: dma.trim() === "" ? null : dma.trim() };
      return dataOf(api.POST("/api/rules/{code}/preview", { params: { path: { code } }, body }));
    },
    onSuccess: ({ id }) => void navigate({ search: { rule: code, preview: id }, replace: true }),
  });
  return (
    <>
      <div className="nf-field">
        <label htmlFor={daysId}>{say("days")}</label>
        <Select
          id={daysId}
          value={days}
          onChange={setDays}
          options={DAYS.map((count) => ({ value: count, label: say("daysOf", { count }) }))}
        />
      </div>
      <div className="nf-field">
        <label htmlFor={dmaId}>{say("dma")}</label>
        <Input id={dmaId} value={dma} maxLength={64} onChange={(change) => setDma(change.target.value)} />
      </div>
      <Button
        type="primary"
        disabled={props.values === undefined}
        loading={asking.isPending}
        onClick={() => props.values !== undefined && asking.mutate(props.values)}
      >
        {say("try")}
      </Button>{" "}
      {asking.error !== null && <Problem error={asking.error} />}
    </>
  );
}
