import { GraphDrawStyle } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { said } from "../words.ts";
import { chosen, DATASOURCE, IN_RANGE, sqlQuery } from "./sql-query.ts";

/** Are all meters read? */
export function hoursCollectionRow(): RowBuilder {
  return new RowBuilder(said("采集", "Collection"));
}

/** The panels of the collection row. */
export function hoursCollectionPanels() {
  return [arrivedShare(), readings(), setAside(), headEndSilence(), worstAgents()];
}

function arrivedShare() {
  return new TimeSeriesPanel()
    .title(said("采集成功率", "Share of readings collected"))
    .description(
      "Reading periods of an agent's registers that brought a value, of those due in the hour by the registry.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .max(100)
    .unit("percent")
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "red" },
        { value: 95, color: "green" },
      ]),
    )
    .withTarget(
      sqlQuery(`select hour as "time", agent as metric, arrived_percent as value from grafana.collection_hour
where ${IN_RANGE} and agent in (${chosen("agent")}) order by hour`),
    );
}

function readings() {
  return new TimeSeriesPanel()
    .title(said("应采、实采、迟到、缺测", "Readings due, arrived, late, missing"))
    .description(
      "Late ones are among those that arrived. Missing: the meter was asked and gave no value. What is neither is silence.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .unit("short")
    .withTarget(
      sqlQuery(`select hour as "time", sum(expected) as "应采 · due", sum(arrived) as "实采 · arrived",
  sum(late) as "迟到 · late", sum(missing) as "缺测 · missing" from grafana.collection_hour
where ${IN_RANGE} and agent in (${chosen("agent")}) group by hour order by hour`),
    );
}

function setAside() {
  return new TimeSeriesPanel()
    .title(said("搁置的读数", "Readings set aside"))
    .description(
      "By the hour of receipt: unstorable (dead letter), of an unknown channel (quarantine), a second value for one instant.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .unit("short")
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .withTarget(
      sqlQuery(`select hour as "time", sum(dead_letters) as "死信 · dead letter", sum(quarantined) as "隔离 · quarantine",
  sum(conflicts) as "冲突 · conflict" from grafana.collection_hour where ${IN_RANGE} group by hour order by hour`),
    );
}

function headEndSilence() {
  return new StatPanel()
    .title(said("前置距上次心跳", "Head-end silent for"))
    .description(
      "Time since the hours last stood at the end of the feed. It rises when head-end, store or analytics is gone.",
    )
    .datasource(DATASOURCE)
    .span(4)
    .height(8)
    .unit("s")
    .decimals(0)
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "green" },
        { value: 300, color: "red" },
      ]),
    )
    .withTarget(sqlQuery("select silent_s from grafana.head_end", "table"));
}

function worstAgents() {
  return new TablePanel()
    .title(said("采集最差的采集器", "Agents that collect worst"))
    .description("Over the range chosen, the worst first.")
    .datasource(DATASOURCE)
    .span(8)
    .height(8)
    .overrideByName("agent", [{ id: "displayName", value: said("采集器", "Agent") }])
    .overrideByName("collected", [
      { id: "displayName", value: said("成功率", "Collected") },
      { id: "unit", value: "percent" },
      { id: "decimals", value: 1 },
    ])
    .overrideByName("late", [{ id: "displayName", value: said("迟到", "Late") }])
    .overrideByName("missing", [{ id: "displayName", value: said("缺测", "Missing") }])
    .overrideByName("set_aside", [{ id: "displayName", value: said("搁置", "Set aside") }])
    .withTarget(
      sqlQuery(
        `select agent, 100 * least(1, sum(arrived) / nullif(sum(expected), 0)) as collected, sum(late) as late,
  sum(missing) as missing, sum(set_aside) as set_aside from grafana.collection_hour
where ${IN_RANGE} and agent in (${chosen("agent")}) group by agent order by collected nulls first limit 200`,
        "table",
      ),
    );
}
