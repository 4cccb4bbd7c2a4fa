import { parse } from "yaml";

/** A query that Grafana sends to PostgreSQL, and where it stands. */
export interface SqlSource {
  readonly title: string;
  readonly sql: string;
}

/** What a reader has chosen at the top of the dashboard. */
export interface SqlChoice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

interface Dashboard {
  readonly panels: readonly { readonly title?: string; readonly targets?: readonly { readonly rawSql?: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query?: unknown }[];
  };
}

/** Every SQL query of a dashboard's JSON: of its variables and of its panels. */
export function sqlOf(json: string): SqlSource[] {
  const { panels, templating } = JSON.parse(json) as Dashboard;
  const ofVariables = templating.list
    .filter(({ type }) => type === "query")
    .map(({ name, query }) => ({ title: `variable ${name}`, sql: String(query) }));
  const ofPanels = panels.flatMap(({ title = "", targets = [] }) =>
    targets.map(({ rawSql = "" }) => ({ title, sql: rawSql })),
  );
  return [...ofVariables, ...ofPanels];
}

/**
 * The query as Grafana's PostgreSQL data source sends it: variables first, then the macros.
 *
 * @throws {RangeError} for a variable that nothing was chosen for, and for a macro that this knows nothing of.
 * @see pkg/tsdb/grafana-postgresql-datasource/macros.go of Grafana
 */
export function sqlAsSent(sql: string, { fromMs, toMs, variables }: SqlChoice): string {
  const iso = (ms: number) => `'${new Date(ms).toISOString()}'`;
  const sent = sql
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) => sqlStrings(name, variables[name]))
    .replaceAll(
      /\$__timeFilter\(([^)]+)\)/g,
      (_, column: string) => `${column} BETWEEN ${iso(fromMs)} AND ${iso(toMs)}`,
    );
  if (sent.includes("$")) throw new RangeError(`this query has something left that nobody replaces: ${sent}`);
  return sent;
}

function sqlStrings(name: string, values: readonly string[] | undefined): string {
  if (values === undefined) throw new RangeError(`nothing was chosen for the variable ${name}`);
  return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(",");
}

/** An alert rule as it is provisioned. */
export interface ProvisionedRule {
  readonly uid: string;
  readonly title: string;
  readonly noDataState: string;
  readonly model: { readonly rawSql?: string; readonly query?: string };
  readonly lookBackMs: number;
  readonly fires: (value: number) => boolean;
}

interface AlertFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly uid: string;
      readonly title: string;
      readonly noDataState: string;
      readonly data: readonly {
        readonly refId: string;
        readonly relativeTimeRange?: { readonly from: number };
        readonly model: {
          readonly rawSql?: string;
          readonly query?: string;
          readonly conditions?: readonly {
            readonly evaluator: { readonly type: string; readonly params: readonly number[] };
          }[];
        };
      }[];
    }[];
  }[];
}

/** The rules of a provisioning file, each with its query and what makes it fire. */
export function alertRulesOf(yaml: string): ProvisionedRule[] {
  const { groups } = parse(yaml) as AlertFile;
  return groups.flatMap(({ rules }) =>
    rules.map(({ uid, title, noDataState, data }) => {
      const query = data.find(({ refId }) => refId === "A");
      const evaluator = data.find(({ refId }) => refId === "fires")?.model.conditions?.[0]?.evaluator;
      const [than = Number.NaN] = evaluator?.params ?? [];
      return {
        uid,
        title,
        noDataState,
        model: query?.model ?? {},
        lookBackMs: (query?.relativeTimeRange?.from ?? 0) * 1000,
        fires: (value) => (evaluator?.type === "gt" ? value > than : value < than),
      };
    }),
  );
}
