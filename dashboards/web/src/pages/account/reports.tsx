import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useId, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { type AccountDetail, type ReportRun, reportsQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { useBusinessNow } from "../../parts/clock.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import type { Language } from "../../words/index.ts";
import { useWords } from "../../words/use-words.ts";
import { monthsToOrder } from "./months.ts";
import { words } from "./words.ts";

/** The reports of an account: open, export, order one for a month. */
export function Reports(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  const mayOrder = useMay("report.usage.order");
  const { data, error, refetch } = useQuery(reportsQuery(props.account.id));
  return (
    <Panel title={say("reports")}>
      {mayOrder && <Order accountId={props.account.id} />}
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="nf-soft nf-tight">{say("noReports")}</p>}
      <ul className="nf-cards" aria-label={say("reports")} aria-live="polite">
        {data?.items.map((report) => (
          <li key={report.id} className="nf-card" style={{ padding: "8px 0" }}>
            <ReportLines report={report} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Order(props: { readonly accountId: string }) {
  const { say, language } = useWords("account", words);
  const { zone } = useFormat();
  const months = monthsToOrder(useBusinessNow(60_000), zone);
  const id = useId();
  const [month, setMonth] = useState(months[0] ?? "");
  const [reportLanguage, setReportLanguage] = useState<Language>(language);
  const order = useMutation({
    mutationFn: () =>
      dataOf(api.POST("/api/reports", { body: { accountId: props.accountId, month, language: reportLanguage } })),
    onSuccess: () => queryClient.invalidateQueries(reportsQuery(props.accountId)),
  });
  return (
    <>
      <div className="nf-actions" style={{ alignItems: "end", marginBottom: 8 }}>
        <div className="nf-field">
          <label htmlFor={`${id}-month`}>{say("month")}</label>
          <Select
            id={`${id}-month`}
            value={month}
            onChange={setMonth}
            options={months.map((value) => ({ value, label: value }))}
            style={{ width: 120 }}
          />
        </div>
        <div className="nf-field">
          <label htmlFor={`${id}-language`}>{say("reportLanguage")}</label>
          <Select<Language>
            id={`${id}-language`}
            value={reportLanguage}
            onChange={setReportLanguage}
            options={[
              { value: "zh", label: "中文" },
              { value: "en", label: "English" },
            ]}
            style={{ width: 120 }}
          />
        </div>
        <Button type="primary" loading={order.isPending} onClick={() => order.mutate()}>
          {say("order")}
        </Button>
      </div>
      {order.error !== null && <Problem error={order.error} />}
    </>
  );
}

const TONES: Readonly<Record<ReportRun["state"], Tone>> = {
  ordered: "going",
  running: "going",
  done: "good",
  failed: "open",
};

function ReportLines(props: { readonly report: ReportRun }) {
  const { say } = useWords("account", words);
  const { volume, share } = useFormat();
  const { report } = props;
  return (
    <>
      <div className="nf-card-line">
        <span className="nf-strong">
          {report.periodFrom.slice(0, 7)} · {say("version", { version: report.version })}
          {report.isRevised && ` · ${say("revised")}`}
          {report.newerDataAt !== null && (
            <>
              {" "}
              <Tag tone="open">{say("newerData")}</Tag>
            </>
          )}
        </span>
        <span className="nf-actions">
          {report.htmlUrl !== null && (
            <a href={report.htmlUrl} target="_blank" rel="noreferrer">
              {say("open")}
            </a>
          )}
          {report.csvUrl !== null && <a href={report.csvUrl}>CSV</a>}
          <Tag tone={TONES[report.state]}>{say(report.state)}</Tag>
        </span>
      </div>
      <div className="nf-small nf-soft">
        {report.state === "done" &&
          `${volume(report.totalM3)} · ${say("completeness")} ${share(report.completeness)} · `}
        {report.requestedBy ?? say("schedule")} · <When at={report.finishedAt ?? report.requestedAt} />
        {report.error !== null && <div>{report.error}</div>}
      </div>
    </>
  );
}
