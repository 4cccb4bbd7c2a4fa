import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { said } from "./words.ts";

/** The data source that every panel and variable asks; chosen at the top of the dashboard. */
export const DATASOURCE: DataSourceRef = { type: "influxdb", uid: variable("datasource") };

/** A dashboard variable as a query names it; `regex` makes `(a|b)` of several values. */
export function variable(name: VariableName, format?: "regex"): string {
  return format === undefined ? `$\{${name}}` : `$\{${name}:${format}}`;
}

/** The tag of a series, for its name in a legend. */
export function seriesTag(tag: "m" | "q"): string {
  return `$\{__field.labels.${tag}}`;
}

type VariableName = "datasource" | "within" | "zone" | "inlet_pattern" | "inlet" | "account";

/** Every variable of the dashboard, in the order in which they are shown. */
export function variables() {
  return [
    new DatasourceVariableBuilder("datasource").label("InfluxDB").type("influxdb"),
    within(),
    zone(),
    inletPattern(),
    inlet(),
    account(),
  ];
}

function within() {
  return new CustomVariableBuilder("within")
    .label(said("上报时限", "Reported within"))
    .description("A channel counts as reporting when its newest value is not older than this.")
    .values("2h,6h,24h,48h")
    .current({ text: "24h", value: "24h" });
}

function zone() {
  return new TextBoxVariableBuilder("zone")
    .label(said("时区", "Time zone"))
    .description("IANA name of the utility's zone: nights and days are local to it.")
    .defaultValue("Asia/Shanghai");
}

function inletPattern() {
  return new TextBoxVariableBuilder("inlet_pattern")
    .label(said("进口表匹配", "Inlets match"))
    .description(
      "Regular expression for the ids of district inlet meters; InfluxDB does not know which meters these are.",
    )
    .defaultValue("INLET");
}

const WITH_SCHEMA = `import "influxdata/influxdb/schema"\n`;

// Ids are taken from the index of series, which holds whole shards: a meter that was read shortly before the range may be among them.
function meters(filter = ""): string {
  return `${WITH_SCHEMA}
schema.tagValues(
  bucket: v.defaultBucket,
  tag: "m",
  predicate: (r) => r._measurement == "reading" and r._field == "v",
  start: v.timeRangeStart,
  stop: v.timeRangeStop,
)${filter}`.trim();
}

function inlet() {
  return meterVariable("inlet", meters(`\n  |> filter(fn: (r) => r._value =~ /${variable("inlet_pattern")}/)`))
    .label(said("分区进口", "District inlets"))
    .multi(true)
    .includeAll(true)
    .current({ text: "All", value: "$__all" });
}

function account() {
  return meterVariable("account", meters()).label(said("大客户表", "Key account's meter"));
}

function meterVariable(name: VariableName, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}
