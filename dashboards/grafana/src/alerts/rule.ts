/** An alert rule: a query, and the value from which it fires. */
export interface AlertRule {
  readonly uid: string;
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly severity: "critical" | "warning";
  /** The query's own part of the model: `rawSql` or `query`. */
  readonly model: Readonly<Record<string, unknown>>;
  /** The newest value of the query is compared with this. */
  readonly fires: { readonly when: "gt" | "lt"; readonly than: number };
  readonly forMinutes: number;
  /** What no rows mean: all is well, or nobody is there to tell. */
  readonly noData: "OK" | "Alerting";
  /** How far back Grafana says the query looks, in hours; for queries that ask for the range. */
  readonly lookBackHours: number;
}

/** A file of rules for one data source, in Grafana's provisioning format. */
export function alertFile(group: string, datasourceUid: string, rules: readonly AlertRule[]): string {
  const content = {
    apiVersion: 1,
    groups: [
      {
        orgId: 1,
        name: group,
        folder: "Nightflow",
        interval: "1m",
        rules: rules.map((rule) => provisioned(rule, datasourceUid)),
      },
    ],
  };
  // JSON is YAML. A dollar would be taken for the name of an environment variable, so that no query has one.
  return `# Written by build.ts from src/alerts; change it there.\n${JSON.stringify(content, null, 2)}\n`;
}

function provisioned(rule: AlertRule, datasourceUid: string): object {
  const relativeTimeRange = { from: rule.lookBackHours * 3600, to: 0 };
  return {
    uid: rule.uid,
    title: rule.title,
    condition: "fires",
    data: [
      { refId: "A", datasourceUid, relativeTimeRange, model: { refId: "A", ...rule.model } },
      { refId: "newest", datasourceUid: "__expr__", model: reduced() },
      { refId: "fires", datasourceUid: "__expr__", model: compared(rule) },
    ],
    noDataState: rule.noData,
    execErrState: rule.noData === "Alerting" ? "Alerting" : "Error",
    for: `${rule.forMinutes}m`,
    annotations: { summary: rule.summary, description: rule.description },
    labels: { severity: rule.severity, platform: "nightflow" },
  };
}

function reduced(): object {
  return { refId: "newest", type: "reduce", expression: "A", reducer: "last", settings: { mode: "dropNN" } };
}

function compared({ fires }: AlertRule): object {
  return {
    refId: "fires",
    type: "threshold",
    expression: "newest",
    conditions: [{ evaluator: { type: fires.when, params: [fires.than] } }],
  };
}
