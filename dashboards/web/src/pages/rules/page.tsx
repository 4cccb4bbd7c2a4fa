import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Spin } from "antd";
import { type RuleRow, rulesQuery } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { RuleDetail } from "./rule-detail.tsx";
import { words } from "./words.ts";
import "./rules.css";

const route = getRouteApi("/inside/rules");

/** The rules: how often each was right, what it is judged by, and what other parameters would find. */
export function RulesPage() {
  const { say } = useWords("rules", words);
  useTitle(say("title"));
  const { rule: code } = route.useSearch();
  const rules = useQuery(rulesQuery);
  const chosen = rules.data?.items.find((rule) => rule.code === code);
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("title")}</h1>
        <span className="nf-grow" />
        <Link to="/holidays">{say("holidays")}</Link>
        <Link to="/events">{say("back")}</Link>
      </div>
      {rules.error !== null && <Problem error={rules.error} onRetry={() => void rules.refetch()} />}
      {rules.isPending && <Spin />}
      {rules.data !== undefined && (
        <>
          <Panel title={say("title")}>
            <RuleTable rules={rules.data.items} days={rules.data.days} chosen={code} />
          </Panel>
          {chosen === undefined ? (
            <p className="nf-soft">{say("choose")}</p>
          ) : (
            <RuleDetail key={`${chosen.code}-${chosen.version}`} rule={chosen} />
          )}
        </>
      )}
    </div>
  );
}

function RuleTable(props: {
  readonly rules: readonly RuleRow[];
  readonly days: number;
  readonly chosen: string | undefined;
}) {
  const { say, language } = useWords("rules", words);
  const { number } = useFormat();
  if (props.rules.length === 0) return <p className="nf-soft">{say("empty")}</p>;
  return (
    <table className="rules-table">
      <thead>
        <tr>
          <th scope="col">{say("rule")}</th>
          <th scope="col">{say("precision", { days: props.days })}</th>
          <th scope="col">{say("rate")}</th>
          <th scope="col">{say("version")}</th>
        </tr>
      </thead>
      <tbody>
        {props.rules.map((rule) => (
          <tr key={rule.code}>
            <td>
              <Link
                to="/rules"
                search={{ rule: rule.code }}
                {...(rule.code === props.chosen && { "aria-current": "true" as const })}
              >
                {rule.name[language]}
              </Link>{" "}
              <span className="nf-soft">
                {rule.code} · {rule.finds[language]}
              </span>
            </td>
            <td>
              <PrecisionText precision={rule.precision} />
            </td>
            <td>{number(rule.perThousandMonths)}</td>
            <td>{rule.version === 0 ? say("byDefault") : rule.version}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A share with its 90 % interval, and what it was counted from. */
export function PrecisionText(props: { readonly precision: RuleRow["precision"] }) {
  const { say } = useWords("rules", words);
  const { share } = useFormat();
  const { judged, confirmed, low, high } = props.precision;
  if (judged === 0) return <span className="nf-soft">{say("notJudged")}</span>;
  const figures = { share: share(props.precision.share), low: share(low), high: share(high) };
  return (
    <>
      {say("precisionText", figures)} <span className="nf-soft">{say("judged", { confirmed, judged })}</span>
    </>
  );
}
