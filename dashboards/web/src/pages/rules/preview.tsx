import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button, Progress } from "antd";
import { api, dataOf } from "../../api/client.ts";
import { type RulePreview, type RuleRow, rulePreviewQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { SubjectLink } from "../../parts/subject-link.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/rules");
type Result = NonNullable<RulePreview["result"]>;

/** What other parameters would find, beside what those of now find; it goes on while nobody looks. */
export function PreviewPanel({ rule }: { readonly rule: RuleRow }) {
  const { say } = useWords("rules", words);
  const { preview: id } = route.useSearch();
  return (
    <Panel title={say("preview")}>
      {id === undefined ? <p className="nf-soft">{say("noPreview")}</p> : <Shown id={id} rule={rule} />}
    </Panel>
  );
}

function Shown({ id, rule }: { readonly id: string; readonly rule: RuleRow }) {
  const { say } = useWords("rules", words);
  const { share } = useFormat();
  const preview = useQuery(rulePreviewQuery(id));
  if (preview.error !== null) return <Problem error={preview.error} onRetry={() => void preview.refetch()} />;
  const { data } = preview;
  if (data === undefined || data.rule !== rule.code) return <p className="nf-soft">{say("noPreview")}</p>;
  if (data.state === "failed") return <p role="alert">{say("failed", { why: data.error ?? "" })}</p>;
  if (data.state === "cancelled") return <p role="status">{say("previewCancelled", { why: data.error ?? "" })}</p>;
  if (data.result !== null) return <ResultTables result={data.result} />;
  const text = data.state === "waiting" ? say("waiting") : say("running", { share: share(data.progress ?? 0) });
  return (
    <div role="status">
      <p>{text}</p>
      <Progress percent={Math.round((data.progress ?? 0) * 100)} aria-label={text} />
      <CancelButton id={id} />
    </div>
  );
}

/** Ends a preview that waits or runs. */
function CancelButton({ id }: { readonly id: string }) {
  const { say } = useWords("rules", words);
  const mayTune = useMay("monitor.rule.tune");
  const cancelling = useMutation({
    mutationFn: () => dataOf(api.POST("/api/rules/previews/{id}/cancel", { params: { path: { id } } })),
    onSuccess: (preview) => queryClient.setQueryData(rulePreviewQuery(id).queryKey, preview),
  });
  if (!mayTune) return null;
  return (
    <>
      <Button loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
        {say("cancelPreview")}
      </Button>
      {cancelling.error !== null && <Problem error={cancelling.error} />}
    </>
  );
}

function ResultTables({ result }: { readonly result: Result }) {
  const { say } = useWords("rules", words);
  const { number, dateTime } = useFormat();
  const { findings, perThousandMonths, confirmed, falseAlarms, added, gone, whyFewer, tooLarge } = result;
  const { subjects, ofSubjects: of } = result;
  const figures = [
    [say("findings"), findings],
    [say("rate"), perThousandMonths],
    [say("confirmedHit", { of: confirmed.of }), confirmed],
    [say("falseHit", { of: falseAlarms.of }), falseAlarms],
  ] as const;
  return (
    <>
      <PairTable head={say("figure")} rows={figures} />
      <p>{say("changes", { added, gone })}</p>
      <p className="nf-soft">
        {say("covered", { subjects, of, readings: number(result.readings, 0) })} {whyFewer !== null && say(whyFewer)}{" "}
        {tooLarge.length > 0 && say("tooLarge", { dmas: tooLarge.join(", ") })}
      </p>
      <PairTable head={say("week")} rows={result.perWeek.map((week) => [dateTime(week.fromMs), week] as const)} />
      <PairTable
        head={say("district")}
        rows={result.perDistrict.map((row) => [row.dma ?? say("noDistrict"), row] as const)}
      />
      <h3>{say("examples")}</h3>
      <Examples result={result} />
      {result.outcomes.length > 0 && (
        <>
          <h3>{say("knownOnes")}</h3>
          <KnownOnes result={result} />
        </>
      )}
    </>
  );
}

function PairTable(props: {
  readonly head: string;
  readonly rows: readonly (readonly [string, { readonly old: number; readonly new: number }])[];
}) {
  const { say } = useWords("rules", words);
  const { number } = useFormat();
  if (props.rows.length === 0) return null;
  const digits = (value: number) => (Number.isInteger(value) ? 0 : 1);
  return (
    <table className="rules-table">
      <thead>
        <tr>
          <th scope="col">{props.head}</th>
          <th scope="col">{say("now")}</th>
          <th scope="col">{say("tried")}</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map(([label, pair]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>{number(pair.old, digits(pair.old))}</td>
            <td>{number(pair.new, digits(pair.new))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Examples({ result }: { readonly result: Result }) {
  const { say, language } = useWords("rules", words);
  const { dateTime } = useFormat();
  if (result.examples.length === 0) return <p className="nf-soft">{say("noExamples")}</p>;
  return (
    <ol className="nf-plain rules-examples">
      {result.examples.map((example) => (
        <li key={`${example.change}-${example.subject}-${example.startMs}`}>
          <strong>{say(example.change)}</strong>{" "}
          <SubjectLink of={{ ...example, accountId: example.subjectKind === "account" ? example.subject : null }}>
            {example.subject}
          </SubjectLink>{" "}
          {dateTime(example.knownAtMs)}
          <div className="nf-soft">{example.reason[language]}</div>
        </li>
      ))}
    </ol>
  );
}

/** The judged findings of the period one by one, and which parameters find them. */
function KnownOnes({ result }: { readonly result: Result }) {
  const { say } = useWords("rules", words);
  const { word } = useVocabulary();
  const { dateTime } = useFormat();
  const found = (isHit: boolean) => say(isHit ? "isFound" : "isMissed");
  return (
    <ol className="nf-plain rules-examples">
      {result.outcomes.map(({ anomalyId, subject, startMs, outcome, isHitOld, isHitNew }) => (
        <li key={anomalyId}>
          <Link to="/events/$id" params={{ id: anomalyId }}>
            {word("outcome", outcome)} · {subject} · {dateTime(startMs)}
          </Link>
          <div className="nf-soft">
            {say("now")}: {found(isHitOld)} · {say("tried")}: {found(isHitNew)}
          </div>
        </li>
      ))}
    </ol>
  );
}
