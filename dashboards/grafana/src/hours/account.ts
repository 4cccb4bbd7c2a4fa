import { GraphDrawStyle, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { said } from "../words.ts";
import { chosen, DATASOURCE, IN_RANGE, sqlQuery } from "./sql-query.ts";

/** What key accounts use. */
export function hoursAccountRow(): RowBuilder {
  return new RowBuilder(said("大客户用量", "Key accounts' use"));
}

/** The panels of the key accounts' row. */
export function hoursAccountPanels() {
  return [hourly(), daily(), totals()];
}

const OF_ACCOUNTS = `account in (${chosen("account")})`;

function hourly() {
  return new TimeSeriesPanel()
    .title(said("小时用量与预期", "Hourly use and what was expected"))
    .description("Expected: mean of the same weekday and local hour of the four weeks before, from two such hours on.")
    .datasource(DATASOURCE)
    .span(24)
    .height(9)
    .min(0)
    .unit("m3")
    .showPoints(VisibilityMode.Never)
    .withTarget(
      sqlQuery(`select hour as "time", name || line.suffix as metric, line.value from grafana.account_hour
cross join lateral (values (' 实际 actual', used_m3), (' 预期 expected', expected_m3)) as line (suffix, value)
where ${IN_RANGE} and ${OF_ACCOUNTS} order by hour`),
    );
}

function daily() {
  return new TimeSeriesPanel()
    .title(said("日用量", "Daily use"))
    .description("Sum of the hours of each local day in the zone chosen at the top; days have 23 to 25 hours.")
    .datasource(DATASOURCE)
    .span(14)
    .height(9)
    .min(0)
    .unit("m3")
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .withTarget(
      sqlQuery(`select date_trunc('day', hour, ${chosen("zone")}) as "time", name as metric, sum(used_m3) as value
from grafana.account_hour where ${IN_RANGE} and ${OF_ACCOUNTS} group by 1, 2 order by 1`),
    );
}

function totals() {
  return new TablePanel()
    .title(said("期间用量与完整率", "Use in the range and completeness"))
    .description("Completeness: hours with a good volume, of those due.")
    .datasource(DATASOURCE)
    .span(10)
    .height(9)
    .overrideByName("name", [{ id: "displayName", value: said("户号", "Account") }])
    .overrideByName("used_m3", [
      { id: "displayName", value: said("用量", "Use") },
      { id: "unit", value: "m3" },
    ])
    .overrideByName("completeness", [
      { id: "displayName", value: said("完整率", "Completeness") },
      { id: "unit", value: "percent" },
      { id: "decimals", value: 1 },
    ])
    .withTarget(
      sqlQuery(
        `select name, sum(used_m3) as used_m3, avg(coalesce(completeness_percent, 0)) as completeness
from grafana.account_hour where ${IN_RANGE} and ${OF_ACCOUNTS} group by name order by used_m3 desc nulls last limit 500`,
        "table",
      ),
    );
}
