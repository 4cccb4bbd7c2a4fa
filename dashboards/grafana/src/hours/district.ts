import { GraphDrawStyle, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { said } from "../words.ts";
import { chosen, DATASOURCE, IN_RANGE, sqlQuery } from "./sql-query.ts";

/** What comes into the districts, what is used there, and what is lost. */
export function hoursDistrictRow(): RowBuilder {
  return new RowBuilder(said("分区水量平衡", "District balance"));
}

/** The panels of the district row. */
export function hoursDistrictPanels() {
  return [inputAndUse(), loss(), nightFlow(), nightLevel(), completeness(), lossRank()];
}

const OF_DISTRICTS = `${IN_RANGE} and dma_id in (${chosen("district")})`;

/** A panel of one line a district. */
function districtPanel(zh: string, en: string, description: string) {
  return new TimeSeriesPanel()
    .title(said(zh, en))
    .description(description)
    .datasource(DATASOURCE)
    .span(12)
    .height(9)
    .showPoints(VisibilityMode.Never);
}

function inputAndUse() {
  return districtPanel(
    "供水量与用水量",
    "Input and metered use",
    "Volume of each whole hour (UTC grid): inlets less outlets, and the customers' registers. Estimated hours are counted in.",
  )
    .unit("m3")
    .decimals(1)
    .withTarget(
      sqlQuery(`select hour as "time", name || ' 供 input' as metric, input_m3 as value from grafana.district_hour where ${OF_DISTRICTS}
union all
select hour, name || ' 用 use', used_m3 from grafana.district_hour where ${OF_DISTRICTS} order by 1`),
    );
}

function loss() {
  return districtPanel(
    "漏损水量",
    "Loss",
    "Input less metered use, where at least nine tenths of the registers on both sides have a volume.",
  )
    .unit("m3")
    .decimals(1)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .withTarget(
      sqlQuery(
        `select hour as "time", name as metric, loss_m3 as value from grafana.district_hour where ${OF_DISTRICTS} order by hour`,
      ),
    );
}

function nightFlow() {
  return districtPanel(
    "夜间小时流量 02–05",
    "Night flow, 02–05",
    "Input of the hours from 02:00 to 05:00 by the district's clock.",
  )
    .unit("m3/h")
    .decimals(2)
    .drawStyle(GraphDrawStyle.Points)
    .withTarget(
      sqlQuery(`select hour as "time", name as metric, night_flow_m3h as value from grafana.district_hour
where ${OF_DISTRICTS} and night_flow_m3h is not null order by hour`),
    );
}

function nightLevel() {
  return districtPanel(
    "夜间最小流量与预期带",
    "Night minimum and expected band",
    "The smallest hour of each night as it was judged, and the band that was expected of it.",
  )
    .unit("m3/h")
    .decimals(2)
    .showPoints(VisibilityMode.Always)
    .withTarget(
      sqlQuery(`select n.at as "time", n.name || line.suffix as metric, line.value from grafana.district_night n
cross join lateral (values (' 实测 actual', n.mnf_m3h), (' 预期 expected', n.expected_m3h), (' 上限 upper', n.band_high_m3h)) as line (suffix, value)
where $__timeFilter(n.at) and n.dma_id in (${chosen("district")}) and line.value is not null order by 1`),
    );
}

function completeness() {
  return districtPanel(
    "完整率",
    "Completeness",
    "Register time with a good volume, of all that is due: inlets and customers together.",
  )
    .min(0)
    .max(100)
    .unit("percent")
    .withTarget(
      sqlQuery(
        `select hour as "time", name as metric, completeness_percent as value from grafana.district_hour where ${OF_DISTRICTS} order by hour`,
      ),
    );
}

function lossRank() {
  return new TablePanel()
    .title(said("漏损排名", "Districts by loss"))
    .description("Over the hours of the range whose loss is known; share of the input of those hours.")
    .datasource(DATASOURCE)
    .span(12)
    .height(9)
    .overrideByName("name", [{ id: "displayName", value: said("分区", "District") }])
    .overrideByName("loss_m3", [
      { id: "displayName", value: said("漏损", "Loss") },
      { id: "unit", value: "m3" },
    ])
    .overrideByName("loss_percent", [
      { id: "displayName", value: said("漏损率", "Share of input") },
      { id: "unit", value: "percent" },
      { id: "decimals", value: 1 },
    ])
    .overrideByName("hours", [{ id: "displayName", value: said("小时数", "Hours") }])
    .withTarget(
      sqlQuery(
        `select name, sum(loss_m3) as loss_m3, 100 * sum(loss_m3) / nullif(sum(input_m3), 0) as loss_percent, count(*) as hours
from grafana.district_hour where ${OF_DISTRICTS} and loss_m3 is not null group by name order by loss_m3 desc limit 200`,
        "table",
      ),
    );
}
