import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";

/** A query of Grafana's PostgreSQL data source; the SDK has no type of its own for it. */
export interface SqlQuery extends Dataquery {
  readonly refId: string;
  readonly rawSql: string;
  /** `time_series`: columns time, metric and value become one series a metric. */
  readonly format: "time_series" | "table";
  readonly rawQuery: true;
  readonly editorMode: "code";
}

/** The data source that every panel and variable of the hours asks; chosen at the top of the dashboard. */
export const DATASOURCE: DataSourceRef = { type: "grafana-postgresql-datasource", uid: "$" + "{datasource}" };

/** One target of a panel. */
export function sqlQuery(sql: string, format: SqlQuery["format"] = "time_series", refId = "A"): Builder<Dataquery> {
  const built: SqlQuery = {
    refId,
    rawSql: sql.trim(),
    format,
    rawQuery: true,
    editorMode: "code",
    _implementsDataqueryVariant: () => undefined,
  };
  return { build: () => built };
}

/** The values chosen for a variable, as a list of SQL strings. */
export function chosen(name: "district" | "account" | "agent" | "zone"): string {
  return `$\{${name}:sqlstring}`;
}

/** Instants of the range that is looked at, as Grafana puts them into SQL. */
export const IN_RANGE = "$__timeFilter(hour)";
